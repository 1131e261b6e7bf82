package boot

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestHandler_Concurrent_SeparateResponses(t *testing.T) {
	t.Parallel()
	h := Handler(func(_ context.Context, in struct{ Text string }) (map[string]string, error) {
		return map[string]string{"text": strings.Repeat(in.Text, 1000)}, nil
	})
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			letter := string(rune('a' + i))
			for range 500 {
				answer, err := h.Invoke(t.Context(), fmt.Appendf(nil, `{"text":%q}`, letter))
				if err != nil || string(answer) != `{"text":"`+strings.Repeat(letter, 1000)+`"}` {
					t.Errorf("%s was answered %.40s…, %v", letter, answer, err)
					return
				}
			}
		})
	}
	wait.Wait()
	if _, err := h.Invoke(t.Context(), []byte(`{`)); err == nil {
		t.Error("half an event was taken")
	}
}
