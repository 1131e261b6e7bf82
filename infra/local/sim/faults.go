package sim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// What a Fault does.
const (
	DoError     = "error"      // the provider's error with Code
	DoStatus    = "status"     // a bare HTTP status, as a proxy would answer
	DoHang      = "hang"       // no answer until the caller gives up
	DoDrop      = "drop"       // the connection closes without an answer
	DoDelay     = "delay"      // the call succeeds after Delay
	DoFailLater = "fail_later" // the call succeeds; a failed status with Code follows, where the provider has statuses
)

// Fault makes the next calls of one kind fail.
type Fault struct {
	Times      int    `json:"times"`      // 0 means once
	On         string `json:"on"`         // the kind of call; empty means sending a message
	Do         string `json:"do"`         // empty means DoError
	Code       int    `json:"code"`       // the provider's error code
	Status     int    `json:"status"`     // 0 means the provider's usual one for errors, 502 for a bare status
	Message    string `json:"message"`    // empty means the provider's usual text
	Details    string `json:"details"`    // WhatsApp: error_data.details
	Transient  bool   `json:"transient"`  // WhatsApp: is_transient
	RetryAfter int    `json:"retryAfter"` // seconds
	Delay      int    `json:"delay"`      // milliseconds
	Accept     bool   `json:"accept"`     // do the work first: only the answer is lost
}

// Faults is the queue of faults that wait for a call. It is safe for concurrent use.
type Faults struct {
	// Calls are the kinds of call that may fail; the first one is the default.
	Calls []string
	// FailLater allows DoFailLater.
	FailLater bool
	// WriteError answers a call with the provider's error.
	WriteError func(w http.ResponseWriter, f Fault)
	// Closed ends calls that hang.
	Closed <-chan struct{}

	mu      sync.Mutex
	waiting []*Fault
}

// Fail adds a fault after those that already wait.
func (q *Faults) Fail(f Fault) error {
	f.Times = max(f.Times, 1)
	if f.On == "" {
		f.On = q.Calls[0]
	}
	if !slices.Contains(q.Calls, f.On) {
		return fmt.Errorf("unknown call %q", f.On)
	}
	switch f.Do {
	case "":
		f.Do = DoError
	case DoError, DoHang, DoDrop, DoDelay:
	case DoStatus:
		if f.Status == 0 {
			f.Status = http.StatusBadGateway
		}
	case DoFailLater:
		if !q.FailLater {
			return fmt.Errorf("this provider has no %q", f.Do)
		}
		f.Accept = true
	default:
		return fmt.Errorf("unknown fault %q", f.Do)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, &f)
	return nil
}

// ClearFaults removes every fault that waits.
func (q *Faults) ClearFaults() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = nil
}

func (q *Faults) take(on string) *Fault {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, f := range q.waiting {
		if f.On != on {
			continue
		}
		if f.Times--; f.Times == 0 {
			q.waiting = slices.Delete(q.waiting, i, i+1)
		}
		taken := *f
		return &taken
	}
	return nil
}

// Enter takes the fault that waits for a call. It returns false if the fault answered the call. A fault that it returns is to be
// answered with Strike after the work is done.
func (q *Faults) Enter(w http.ResponseWriter, r *http.Request, on string) (f *Fault, ok bool) {
	f = q.take(on)
	switch {
	case f == nil:
		return nil, true
	case f.Do == DoDelay:
		select {
		case <-time.After(time.Duration(f.Delay) * time.Millisecond):
		case <-r.Context().Done():
		case <-q.Closed:
		}
		return nil, true
	case f.Accept:
		return f, true
	}
	q.Strike(w, r, *f)
	return nil, false
}

// Strike answers a call with a fault.
func (q *Faults) Strike(w http.ResponseWriter, r *http.Request, f Fault) {
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	switch f.Do {
	case DoHang:
		select {
		case <-r.Context().Done():
		case <-q.Closed:
		}
		panic(http.ErrAbortHandler)
	case DoDrop:
		panic(http.ErrAbortHandler)
	case DoStatus:
		http.Error(w, "<html><body>"+http.StatusText(f.Status)+"</body></html>", f.Status)
	default:
		q.WriteError(w, f)
	}
}
