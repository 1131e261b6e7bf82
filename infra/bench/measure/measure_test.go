package measure

import (
	"sync"
	"testing"
	"time"
)

func TestPercentile_SmallAndLarge(t *testing.T) {
	t.Parallel()
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[i] = float64(100 - i)
	}
	for _, c := range []struct {
		values  []float64
		p, want float64
	}{
		{hundred, 50, 50}, {hundred, 95, 95}, {hundred, 99, 99}, {hundred, 99.5, 100}, {hundred, 100, 100}, {hundred, 0, 1},
		{[]float64{7}, 50, 7}, {[]float64{7}, 99, 7}, {[]float64{3, 1, 2}, 50, 2}, {[]float64{1, 2, 3, 4}, 50, 2},
	} {
		if got := Percentile(c.values, c.p); got != c.want {
			t.Errorf("the %v-th percentile of %d values is %v, want %v", c.p, len(c.values), got, c.want)
		}
	}
	if hundred[0] != 100 {
		t.Error("the values were put into another order")
	}
}

func TestMedian_WithSpread(t *testing.T) {
	t.Parallel()
	if got := Median([]float64{5, 1, 3}); got != 3 {
		t.Errorf("the median is %v", got)
	}
	if got := Spread([]float64{5, 1, 3}); got != "1.00–3.00–5.00" {
		t.Errorf("the spread is %s", got)
	}
}

func TestDue_EvenWithoutDrift(t *testing.T) {
	t.Parallel()
	start := time.Unix(0, 0)
	for i, want := range map[int]time.Duration{0: 0, 1: 5 * time.Millisecond, 200: time.Second, 12000: time.Minute} {
		if got := Due(start, 200, i).Sub(start); got != want {
			t.Errorf("the %d-th of 200/s is due after %s, want %s", i, got, want)
		}
	}
	if got := Due(start, 3, 3).Sub(start); got != time.Second {
		t.Errorf("the third of 3/s is due after %s", got)
	}
}

// Each call waits until all have begun, so the test hangs if Pace waits for a call before it begins the next.
func TestPace_SlowCall_DelaysNoOther(t *testing.T) {
	t.Parallel()
	const n = 5
	var begun sync.WaitGroup
	begun.Add(n)
	var mu sync.Mutex
	seen := map[int]time.Time{}
	Pace(t.Context(), 10000, n, func(i int, due time.Time) {
		begun.Done()
		begun.Wait()
		mu.Lock()
		defer mu.Unlock()
		seen[i] = due
	})
	if len(seen) != n || !seen[0].Before(seen[n-1]) {
		t.Errorf("the calls were %v", seen)
	}
}
