// Jenkinsfile of a multibranch pipeline
pipeline {
  agent { docker { image 'python:3.13' } }
  options { timeout(time: 15, unit: 'MINUTES') }
  stages {
    stage('gitops-check') {
      when { changeRequest() }
      steps {
        sh '''
          python -m venv .gitops-check && .gitops-check/bin/pip install --quiet 'gitops-check[helm,rego]'
          git fetch --quiet origin "+refs/heads/$CHANGE_TARGET:refs/remotes/origin/$CHANGE_TARGET"
          .gitops-check/bin/gitops-check check --output text --output junit=gitops-check.xml \\
            --output html=gitops-check.html --output markdown=gitops-check.md
        '''
      }
      post {
        always {
          junit testResults: 'gitops-check.xml', allowEmptyResults: true
          archiveArtifacts artifacts: 'gitops-check.html', allowEmptyArchive: true
        }
      }
    }
  }
}
