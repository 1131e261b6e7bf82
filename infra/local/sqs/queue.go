package sqs

import (
	"cmp"
	"container/heap"
	"container/list"
	"slices"
	"time"
)

type state int

const (
	delayed state = iota
	visible
	inFlight
	// held is in flight without a visibility time-out: a consumer of this process has it (see Server.Receive).
	held
)

// queue is the in-memory state of one queue. Server.mu guards it.
type queue struct {
	Queue
	created  time.Time
	messages map[int64]*message
	dedup    map[string]duplicate
	groups   map[string]*group
	// ready holds the groups that may give a message, in the order of their turns.
	ready *list.List
	// timed holds what becomes visible by the clock, soonest first.
	timed   timed
	changed chan struct{}

	visible, inFlight, delayed int
	longestWait                time.Duration
}

// group is a FIFO group, or on a standard queue all messages sent with the same group id.
type group struct {
	id       string
	waiting  bySeq
	inFlight int
	// members counts the group's messages in every state; the group is removed with its last message.
	members int
	turn    *list.Element
}

// duplicate is the record of a deduplication id until it expires.
type duplicate struct {
	expires   time.Time
	seq       int64
	messageID string
}

func newQueue(q Queue, created time.Time) *queue {
	return &queue{
		Queue: q, created: created,
		messages: make(map[int64]*message),
		dedup:    make(map[string]duplicate),
		groups:   make(map[string]*group),
		ready:    list.New(),
		changed:  make(chan struct{}),
	}
}

// notify wakes all receives that wait.
func (q *queue) notify() {
	close(q.changed)
	q.changed = make(chan struct{})
}

func (q *queue) stats(now time.Time) Stats {
	st := Stats{Visible: q.visible, InFlight: q.inFlight, Delayed: q.delayed, LongestWait: q.longestWait}
	for _, m := range q.messages {
		st.Oldest = max(st.Oldest, now.Sub(m.sentAt()))
	}
	return st
}

// add takes a message into the queue; schedule must follow.
func (q *queue) add(m *message) {
	g, ok := q.groups[m.Group]
	if !ok {
		g = &group{id: m.Group}
		q.groups[m.Group] = g
	}
	m.group = g
	g.members++
	q.messages[m.seq] = m
	m.state = delayed
	q.delayed++
}

// schedule sets the time at which a delayed or in-flight message becomes visible.
func (q *queue) schedule(m *message, at, now time.Time) {
	if m.state == held {
		m.state = inFlight
	}
	m.at = at
	if m.heapIndex >= 0 {
		heap.Fix(&q.timed, m.heapIndex)
	} else {
		heap.Push(&q.timed, m)
	}
	if at.After(now) {
		// A waiting receive may have set its timer for a later time than this one.
		q.notify()
	}
}

// due removes and returns the messages that become visible by now, in the order they were sent.
func (q *queue) due(now time.Time) []*message {
	var out []*message
	for len(q.timed) > 0 && !q.timed[0].at.After(now) {
		out = append(out, heap.Pop(&q.timed).(*message))
	}
	slices.SortFunc(out, func(a, b *message) int { return cmp.Compare(a.seq, b.seq) })
	return out
}

// offer makes a message visible that due has taken out.
func (q *queue) offer(m *message) {
	q.leave(m)
	m.state = visible
	q.visible++
	heap.Push(&m.group.waiting, m)
	q.queueUp(m.group)
	q.notify()
}

// leave undoes the counts of the state that the message is in.
func (q *queue) leave(m *message) {
	switch m.state {
	case delayed:
		q.delayed--
	case visible:
		q.visible--
	case inFlight, held:
		q.inFlight--
		m.group.inFlight--
	}
}

// queueUp adds a group to ready if it may deliver a message.
func (q *queue) queueUp(g *group) {
	if g.turn == nil && len(g.waiting) > 0 && (!q.FIFO || g.inFlight == 0) {
		g.turn = q.ready.PushBack(g)
	}
}

// take hands out at most limit messages: one of each group in turn, then a second of each, and so on.
func (q *queue) take(limit int) []*message {
	var out []*message
	var bytes int
	touched := make(map[*group]bool)
	for len(out) < limit && q.ready.Len() > 0 {
		e := q.ready.Front()
		g := e.Value.(*group)
		bytes += g.waiting[0].size()
		if len(out) > 0 && bytes > maxReceiveBytes {
			break
		}
		m := heap.Pop(&g.waiting).(*message)
		q.leave(m)
		m.state = inFlight
		q.inFlight++
		g.inFlight++
		touched[g] = true
		if len(g.waiting) > 0 {
			q.ready.MoveToBack(e)
		} else {
			q.ready.Remove(e)
			g.turn = nil
		}
		out = append(out, m)
	}
	if q.FIFO {
		for g := range touched {
			if g.turn != nil {
				q.ready.Remove(g.turn)
				g.turn = nil
			}
		}
	}
	return out
}

// remove takes a message out of the queue, whatever its state.
func (q *queue) remove(m *message) {
	g := m.group
	q.leave(m)
	delete(q.messages, m.seq)
	if m.heapIndex >= 0 {
		if m.state == visible {
			heap.Remove(&g.waiting, m.heapIndex)
		} else {
			heap.Remove(&q.timed, m.heapIndex)
		}
	}
	if g.turn != nil && len(g.waiting) == 0 {
		q.ready.Remove(g.turn)
		g.turn = nil
	}
	if g.turn == nil && len(g.waiting) > 0 {
		q.queueUp(g)
		q.notify()
	}
	if g.members--; g.members == 0 {
		delete(q.groups, g.id)
	}
}

// bySeq orders the visible messages of a group.
type bySeq []*message

func (h bySeq) Len() int           { return len(h) }
func (h bySeq) Less(i, j int) bool { return h[i].seq < h[j].seq }
func (h bySeq) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].heapIndex, h[j].heapIndex = i, j
}
func (h *bySeq) Push(x any) { *h = append(*h, indexed(x, len(*h))) }
func (h *bySeq) Pop() any   { return popLast((*[]*message)(h)) }

// timed orders messages by the time at which they become visible.
type timed []*message

func (h timed) Len() int           { return len(h) }
func (h timed) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h timed) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].heapIndex, h[j].heapIndex = i, j
}
func (h *timed) Push(x any) { *h = append(*h, indexed(x, len(*h))) }
func (h *timed) Pop() any   { return popLast((*[]*message)(h)) }

func indexed(x any, i int) *message {
	m := x.(*message)
	m.heapIndex = i
	return m
}

func popLast(h *[]*message) *message {
	last := len(*h) - 1
	m := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	m.heapIndex = -1
	return m
}

// next is the time from now until the next message becomes visible.
func (q *queue) next(now time.Time) time.Duration {
	if len(q.timed) == 0 {
		return time.Hour
	}
	return max(q.timed[0].at.Sub(now), time.Millisecond)
}

// visibleInOrder lists the visible messages in the order they were sent.
func (q *queue) visibleInOrder() []*message {
	var out []*message
	for _, m := range q.messages {
		if m.state == visible {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b *message) int { return cmp.Compare(a.seq, b.seq) })
	return out
}
