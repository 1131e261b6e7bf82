// Package measure is the arithmetic of the benchmarks: medians, percentiles, a load that does not wait for what it measures,
// and the words for the machine. It imports the standard library only.
package measure

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"
)

// Median is the middle value, the upper one of two.
func Median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// Percentile is the smallest value that at least p of a hundred do not exceed.
func Percentile(values []float64, p float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[max(rank, 1)-1]
}

// Spread prints the smallest value, the median and the largest.
func Spread(values []float64) string {
	return fmt.Sprintf("%.2f–%.2f–%.2f", slices.Min(values), Median(values), slices.Max(values))
}

// Millis is a duration in milliseconds, with what is below.
func Millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Due is when the i-th call at a steady rate begins.
func Due(start time.Time, perSecond float64, i int) time.Time {
	return start.Add(time.Duration(float64(i) / perSecond * float64(time.Second)))
}

// Pace begins n calls at their times, whether the earlier ones have ended or not, and waits for all. Measure from
// due: a call that begins late because the machine is busy is late for its caller too.
func Pace(ctx context.Context, perSecond float64, n int, call func(i int, due time.Time)) {
	var running sync.WaitGroup
	start := time.Now()
	for i := range n {
		due := Due(start, perSecond, i)
		select {
		case <-time.After(time.Until(due)):
		case <-ctx.Done():
			running.Wait()
			return
		}
		running.Go(func() { call(i, due) })
	}
	running.Wait()
}
