// Package binary builds the functions as they are deployed, and measures what their binaries weigh and how fast they start. It may import
// infra/topology and below infra/local.
package binary

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Build builds every function, and the minimal one, with the Makefile, and returns their folder.
func Build(ctx context.Context, arch string) (string, error) {
	dir, err := filepath.Abs(filepath.Join("bin", arch))
	if err != nil {
		return "", err
	}
	build := exec.CommandContext(ctx, "make", "-s", "build", dir+"/minimal/bootstrap", "ARCH="+arch, "BIN="+dir)
	build.Env = slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "MAKE") || strings.HasPrefix(entry, "MFLAGS=") // of the make that runs this
	})
	build.Stdout, build.Stderr = io.Discard, os.Stderr
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("build the functions: %w", err)
	}
	return dir, nil
}

// Here builds the functions for this machine.
func Here(ctx context.Context) (string, error) {
	if runtime.GOOS != "linux" {
		return "", errors.New("the binaries are Lambda's: they run on Linux")
	}
	return Build(ctx, runtime.GOARCH)
}
