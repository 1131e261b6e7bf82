// Command lambda runs the assignment function on Lambda; a queue feeds it, in order for each store.
package main

import (
	"github.com/recado-chat/recado/functions/assignment"
	"github.com/recado-chat/recado/shared/boot"
)

func main() { boot.Start(assignment.Build) }
