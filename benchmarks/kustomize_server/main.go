// The real kustomize as a server: a folder a line on standard input, an object {"out", "err"} a line on standard output.
//
// kustomize keeps the schemas that one build has read for the next one; "R:" before the folder makes it forget them, at
// sixty milliseconds a build. Build it with:
//
//	go mod tidy && go build -ldflags "-X sigs.k8s.io/kustomize/api/provenance.version=v5.8.1" -o server .
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/openapi"
)

func built(folder string) (out string, err error) {
	defer func() {
		if found := recover(); found != nil {
			err = fmt.Errorf("panic: %v", found)
		}
	}()
	options := krusty.MakeDefaultOptions()
	options.Reorder = krusty.ReorderOptionLegacy
	resources, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return "", err
	}
	text, err := resources.AsYaml()
	return string(text), err
}

func main() {
	log.SetOutput(io.Discard)
	answers := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		folder, forget := strings.CutPrefix(lines.Text(), "R:")
		if forget {
			openapi.ResetOpenAPI()
		}
		answer := map[string]string{}
		out, err := built(folder)
		if err != nil {
			answer["err"] = err.Error()
		} else {
			answer["out"] = out
		}
		_ = answers.Encode(answer)
	}
}
