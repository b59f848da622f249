package main_test

import rego.v1

import data.main

test_denied if count(main.deny) == 1 with input as {"x": true}

test_wrong if {
	print("denied:", count(main.deny))
	count(main.deny) == 2 with input as {"x": true}
}

todo_test_later if false
