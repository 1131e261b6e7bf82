// Command profiled is any one function, as Lambda runs it, with an endpoint for its CPU profile: `make bench BENCH=profile` starts it in
// place of the functions' binaries. The endpoint is net/http/pprof on a Unix socket beside the binary, named by the process.
package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof" //nolint:gosec // G108: its only listener is a socket in a folder of the benchmark's own
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/recado-chat/recado/infra/local/stack"
	"github.com/recado-chat/recado/shared/boot"
)

func main() {
	name := filepath.Base(filepath.Dir(os.Args[0]))
	listener, err := net.Listen("unix", filepath.Join(filepath.Dir(os.Args[0]), strconv.Itoa(os.Getpid())+".sock"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	boot.Start(stack.Builders[name])
}
