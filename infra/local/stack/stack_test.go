package stack

import "testing"

// TestStart_RelativeDataDir: `make run` keeps its data in .local, a relative path.
func TestStart_RelativeDataDir(t *testing.T) {
	t.Chdir(t.TempDir())
	for range 2 {
		s, err := Start(t.Context(), Options{Dir: ".local", NoTick: true})
		if err != nil {
			t.Fatal(err)
		}
		s.Stop()
	}
}
