//go:build !linux

package engine

import (
	"net"
	"os/exec"
)

// dieWithParent runs the command under a shell that holds a pipe from this process and kills the command when the pipe
// closes: only Linux has a signal for it.
func dieWithParent(cmd *exec.Cmd) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		return // the command then ends with Stop only
	}
	if _, err := cmd.StdinPipe(); err != nil {
		return
	}
	script := `exec 3<&0; "$@" </dev/null 3<&- & p=$!; trap 'kill $p' TERM; (read _ <&3; kill -9 $p) & wait $p`
	cmd.Args = append([]string{"sh", "-c", script, "sh", cmd.Path}, cmd.Args[1:]...)
	cmd.Path = sh
}

// reservePort finds a free port. Another process may take it before the engine does; Start then tries again.
func reservePort() (port int, release func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, nil, err
	}
	port = l.Addr().(*net.TCPAddr).Port
	return port, func() {}, l.Close()
}
