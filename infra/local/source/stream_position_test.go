package source

import (
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

func TestStream_Restart_ResumesAtCheckpoint(t *testing.T) {
	t.Parallel()
	fake, client := newFake(t)
	path := filepath.Join(t.TempDir(), "checkpoints.json")
	fake.put("a", 1, 2, 3, 4)
	var got seen[int]
	failing := make(chan struct{})
	var once sync.Once
	s := startStream(t, client, Stream{Checkpoints: checkpoints(t, path), MaxRetries: -1, PartialFailures: true},
		stream(func(numbers []int) ([]byte, error) {
			got.add(numbers)
			if numbers[0] > 2 {
				once.Do(func() { close(failing) })
			}
			return failures(number(3)), nil
		}))
	<-failing
	s.Stop()
	before := len(got.flat())
	fake.put("a", 5)

	s = startStream(t, client, Stream{Checkpoints: checkpoints(t, path)}, stream(func(numbers []int) ([]byte, error) {
		got.add(numbers)
		return nil, nil
	}))
	settled(t, s)
	if after := got.flat()[before:]; !slices.Equal(after, []int{3, 4, 5}) {
		t.Errorf("after the restart came %v", after)
	}
}
