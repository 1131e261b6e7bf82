package socket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/limit"
	"github.com/recado-chat/recado/shared/push"
	"github.com/recado-chat/recado/shared/wire/present"
)

// mayConnect returns RateLimited for a visitor who has as many open sockets as a visitor may have. How often a visitor connects is
// limited where tickets are given out: browsers do not show a page why a socket was refused.
func (h *Handler) mayConnect(ctx context.Context, came chat.Connection) error {
	if came.Visitor.ID == "" {
		return nil
	}
	open, err := h.rooms.OfVisitor(ctx, came.AccountID, came.Visitor.ID)
	if err != nil {
		return fmt.Errorf("read the visitor's connections: %w", err)
	}
	if len(open.Connections) >= limit.SocketsPerVisitor {
		return fault.TooOften(time.Minute).WithReason("sockets_visitor")
	}
	return nil
}

const (
	// refusedMost is how many connections a process remembers as refused; when it is reached, all are forgotten.
	refusedMost = 1000
	// refusedFrames is how many frames are refused to a connection before it is closed: the gateway and the invocation cost the same for
	// each as for one that is taken.
	refusedFrames = 60
)

// refused is the connections that have to wait, by id.
type refused struct {
	mu sync.Mutex
	of map[string]refusal
}

type refusal struct {
	err    error
	until  time.Time
	frames int
}

// again returns the refusal of a connection that still has to wait, and counts its frame.
func (r *refused) again(id string, now time.Time) (refusal, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	one, ok := r.of[id]
	if !ok || !now.Before(one.until) {
		delete(r.of, id)
		return refusal{}, false
	}
	one.frames++
	r.of[id] = one
	return one, true
}

func (r *refused) add(id string, err error, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil || len(r.of) >= refusedMost {
		r.of = map[string]refusal{}
	}
	r.of[id] = refusal{err: err, until: now.Add(fault.As(err).RetryAfter)}
}

// mayTalk returns RateLimited for a frame of a connection that has to wait, before anything is read. A connection that goes on is closed.
func (h *Handler) mayTalk(ctx context.Context, id string) error {
	now := h.now()
	if one, ok := h.refused.again(id, now); ok {
		if one.frames%refusedFrames == 0 {
			if err := h.poster.Hangup(ctx, id); err != nil && !errors.Is(err, push.ErrGone) {
				h.log.WarnContext(ctx, "closing a connection with refused frames failed", slog.Any("error", err))
			}
		}
		return one.err
	}
	err := h.limits.Take(ctx, limit.Connection.Of(limit.Visitor{ID: id})...)
	if err != nil {
		h.refused.add(id, err, now)
	}
	return err
}

// visitorMayTalk returns RateLimited for a visitor who has to wait, and tells the browser for how long.
func (h *Handler) visitorMayTalk(ctx context.Context, me chat.Connection) error {
	by := limit.Visitor{ID: string(me.Visitor.ID), Address: me.Address, Site: string(me.Visitor.ChannelID), Account: string(me.AccountID)}
	refusal := h.limits.Take(ctx, limit.Frame.Of(by)...)
	if refusal == nil {
		return nil
	}
	h.refused.add(me.ID, refusal, h.now())
	item, err := present.VisitorLimited(fault.As(refusal).RetrySeconds())
	if err != nil {
		return err
	}
	return cmp.Or(h.answer(ctx, me.ID, item), refusal)
}
