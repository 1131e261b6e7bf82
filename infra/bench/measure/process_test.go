package measure

import (
	"testing"
	"time"
)

func TestParseStat_ProcFormat(t *testing.T) {
	t.Parallel()
	pid, parent, used, err := parseStat("812 (a (strange) name) S 77 812 812 0 -1 4194304 1 0 0 0 13 4 0 0 20 0 7 0 4242 0 0\n")
	if err != nil || pid != 812 || parent != 77 || used != 170*time.Millisecond {
		t.Errorf("process %d, parent %d, used %s, %v", pid, parent, used, err)
	}
	if _, _, _, err := parseStat("812 (short) S 77"); err == nil {
		t.Error("a short line was taken")
	}
}
