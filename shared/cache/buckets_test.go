package cache_test

import (
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/cache"
)

func TestBuckets_PerKey_ResetWhenFull(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	buckets := cache.NewBuckets[string](2)
	take := func(who string, want bool) {
		t.Helper()
		if got := buckets.Of(who, 1, 1).AllowN(now, 1); got != want {
			t.Fatalf("%s gets one: %v", who, got)
		}
	}
	take("ana", true)
	take("ana", false)
	take("beto", true)
	now = now.Add(time.Second)
	take("ana", true)
	take("ana", false)
	take("carla", true) // a third: all are forgotten
	take("ana", true)
}
