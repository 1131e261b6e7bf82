// Command contract makes what is derived from package wire and the route tables: the OpenAPI document that the API serves, and the
// TypeScript types and guards of the browsers. `make generate` runs it; its tests fail when a committed file is not what it makes.
//
// Schemas come from reflection (github.com/invopop/jsonschema), descriptions from the Go comments and enumerations from the Go
// constants. It imports the functions that have routes, shared/wire and shared/httpapi.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	files, err := generate(".")
	for path, content := range files {
		if err == nil {
			err = os.WriteFile(filepath.FromSlash(path), content, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "contract:", err)
		os.Exit(1)
	}
}

// generate makes every derived file, by its path below the root of the repository.
func generate(root string) (map[string][]byte, error) {
	c, err := reflectContract(root)
	if err != nil {
		return nil, err
	}
	document, err := c.openAPI()
	if err != nil {
		return nil, err
	}
	const web = "shared/web/lib/protocol/generated/"
	files := map[string][]byte{"functions/api/openapi.json": document}
	for name, write := range map[string]func() ([]byte, error){"enums.ts": c.enumsTS, "rest.ts": c.restTS, "visitor.ts": c.visitorTS, "requests.ts": c.requestsTS} {
		if files[web+name], err = write(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return files, nil
}
