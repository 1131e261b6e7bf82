// Command lambda runs the jobs function on Lambda; a queue feeds it.
package main

import (
	"github.com/recado-chat/recado/functions/jobs"
	"github.com/recado-chat/recado/shared/boot"
)

func main() { boot.Start(jobs.Build) }
