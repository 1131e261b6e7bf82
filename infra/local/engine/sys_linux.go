package engine

import (
	"fmt"
	"os/exec"
	"syscall"
)

func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// reservePort finds a free port and keeps it until release: the socket is bound and never listens, so no process is given
// the port by chance, while an engine that asks for it by number gets it (everybody here sets SO_REUSEADDR).
func reservePort() (port int, release func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, nil, fmt.Errorf("open a socket: %w", err)
	}
	release = func() { _ = syscall.Close(fd) }
	defer func() {
		if err != nil {
			release()
		}
	}()
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1); err != nil {
		return 0, nil, fmt.Errorf("share the address: %w", err)
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return 0, nil, fmt.Errorf("bind to the loopback interface: %w", err)
	}
	addr, err := syscall.Getsockname(fd)
	if err != nil {
		return 0, nil, fmt.Errorf("ask for the port: %w", err)
	}
	return addr.(*syscall.SockaddrInet4).Port, release, nil
}
