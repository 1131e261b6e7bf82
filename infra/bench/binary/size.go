package binary

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/infra/topology"
)

// sizeBar is the most that a binary may have, unzipped.
const sizeBar = 11_000_000

// Size prints the size of every function's binary for arm64.
func Size(ctx context.Context) error {
	dir, err := Build(ctx, "arm64")
	if err != nil {
		return err
	}
	fmt.Print("Bytes of each function's bootstrap, arm64, unzipped, by the Makefile's flags.\n\n| function | of the bar | bytes | ≤ 11 MB |\n|---|---|---|---|\n")
	for _, name := range append(names(), "minimal") {
		info, err := os.Stat(filepath.Join(dir, name, "bootstrap"))
		if err != nil {
			return fmt.Errorf("find the binary of %s: %w", name, err)
		}
		fmt.Printf("| %s | %.2f | %d | %s |\n", name, float64(info.Size())/sizeBar, info.Size(), measure.Verdict(info.Size() <= sizeBar))
	}
	return nil
}

// names are all functions'.
func names() []string {
	var list []string
	for _, f := range topology.Functions {
		list = append(list, f.Name)
	}
	return list
}
