package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// tally is the progress of a recount: the operator who is being counted, or who was counted last.
type tally struct {
	Operator chat.OperatorID     `json:"operator"`
	Counting bool                `json:"counting"`
	Moves    int64               `json:"moves"`           // the load's move counter when the count began
	After    chat.ConversationID `json:"after,omitempty"` // the last conversation that was counted
	Open     int                 `json:"open"`
	Counts   map[string]count    `json:"counts,omitempty"`
	Doubt    *doubt              `json:"doubt,omitempty"`
	Tries    int                 `json:"tries,omitempty"`

	Repaired int `json:"repaired,omitempty"` // number of operators whose load was repaired
	Busy     int `json:"busy,omitempty"`     // number of operators skipped because their load kept changing
}

// count is one of an operator's counts.
type count struct {
	Store  chat.StoreID `json:"store"`
	Status chat.Status  `json:"status"`
	N      int          `json:"n"`
}

// counts are what was counted, by store and status.
func (t tally) counts() chat.Counts {
	counts := chat.Counts{}
	for _, c := range t.Counts {
		counts[chat.CountKey{StoreID: c.Store, Status: c.Status}] = c.N
	}
	return counts
}

// unresolved are the counts that a recount can check: an operator's list holds no resolved conversations.
func unresolved(counts chat.Counts) chat.Counts {
	checked := maps.Clone(counts)
	maps.DeleteFunc(checked, func(k chat.CountKey, n int) bool { return k.Status == chat.Resolved || n == 0 })
	return checked
}

// doubt is a count that differs from the stored load.
type doubt struct {
	Moves  int64  `json:"moves"`
	Open   int    `json:"open"`
	Counts string `json:"counts,omitempty"`
}

// recountTries is how often one recount counts an operator whose load changes meanwhile. After that the operator is skipped until
// the next day.
const recountTries = 5

// recount compares each operator's load with the number of conversations assigned to them. A load is written in the transaction of
// the decision that changes it, together with a counter of its moves. A count is valid only if that counter is the same before the
// count and at the repair, which has it as a condition. An assignment or a closing in between makes the count start again.
//
// The items of a transaction become readable one by one, so a concurrent count may see the load without the conversation. A
// difference is repaired only if the next run finds the same one.
func (h *Handler) recount(ctx context.Context, job chat.Job) (chat.Job, error) {
	operators, err := h.Store.Operators(ctx, job.AccountID)
	if err != nil {
		return job, fmt.Errorf("read the operators: %w", err)
	}
	var at tally
	if job.Checkpoint != "" {
		if err := json.Unmarshal([]byte(job.Checkpoint), &at); err != nil {
			return job, fault.New(fault.Invalid, "undecodable checkpoint").WithReason("undecodable").WithCause(err)
		}
	}
	if at.Counts == nil {
		at.Counts = map[string]count{}
	}
	for looked, pause := 0, false; looked < perStep && !pause; {
		if !at.Counting {
			next := following(operators, at.Operator)
			if next == "" {
				return h.recounted(ctx, job, at, len(operators)), errors.Join(h.startTokens(ctx, job.AccountID), h.startWatches(ctx, job.AccountID))
			}
			at.Tries, at.Doubt = 0, nil
			if err := h.start(ctx, job.AccountID, &at, next); err != nil {
				return job, err
			}
		}
		list, err := h.Store.Carried(ctx, job.AccountID, at.Operator, at.After, perStep)
		if err != nil {
			return job, fmt.Errorf("count the conversations of operator %s: %w", at.Operator, err)
		}
		for _, c := range list {
			if c.LoadOf() == at.Operator {
				at.Open++
			}
			name := string(c.Status) + " " + string(c.StoreID)
			at.Counts[name] = count{c.StoreID, c.Status, at.Counts[name].N + 1}
		}
		looked += len(list) + 1
		if len(list) == perStep {
			at.After = list[perStep-1].ID
			continue
		}
		if pause, err = h.compare(ctx, job.AccountID, &at); err != nil {
			return job, err
		}
	}
	checkpoint, err := json.Marshal(at)
	job.Checkpoint = string(checkpoint)
	return job, err
}

// following returns the operator with the next higher id, or "" after the last.
func following(operators []chat.Operator, after chat.OperatorID) (next chat.OperatorID) {
	for _, o := range operators {
		if o.ID > after && (next == "" || o.ID < next) {
			next = o.ID
		}
	}
	return next
}

func (h *Handler) start(ctx context.Context, account chat.AccountID, at *tally, operator chat.OperatorID) error {
	load, err := h.Store.Load(ctx, account, operator)
	if err != nil {
		return fmt.Errorf("read the load of operator %s: %w", operator, err)
	}
	at.Operator, at.Counting, at.Moves, at.After, at.Open, at.Counts = operator, true, load.Moves, "", 0, map[string]count{}
	return nil
}

// compare compares a finished count with the load: they match, the load is repaired, or the operator is counted again. pause means
// that the next count waits for the next run.
func (h *Handler) compare(ctx context.Context, account chat.AccountID, at *tally) (pause bool, err error) {
	load, err := h.Store.Load(ctx, account, at.Operator)
	if err != nil {
		return false, fmt.Errorf("read the load of operator %s: %w", at.Operator, err)
	}
	counts, stored := at.counts(), unresolved(load.Counts)
	found := doubt{Moves: at.Moves, Open: at.Open, Counts: fmt.Sprint(counts)}
	switch {
	case load.Moves != at.Moves:
		return false, h.anew(ctx, account, at)
	case load.Open == at.Open && maps.Equal(counts, stored):
		at.Counting = false
		return false, nil
	case at.Doubt == nil || *at.Doubt != found:
		err := h.anew(ctx, account, at)
		at.Doubt = &found
		return true, err
	}
	if load.Open != at.Open {
		err = h.Store.RepairLoad(ctx, load, at.Open)
		load.Moves++
	}
	if err == nil && !maps.Equal(counts, stored) {
		err = h.Store.RepairCounts(ctx, load, counts)
	}
	if fault.Is(err, fault.Conflict) {
		return false, h.anew(ctx, account, at)
	}
	if err != nil {
		return false, fmt.Errorf("repair the load of operator %s: %w", at.Operator, err)
	}
	h.Metrics.Count(LoadsRepaired, 1)
	h.Log.LogAttrs(ctx, slog.LevelWarn, "load repaired",
		slog.String("operator_id", string(at.Operator)), slog.Int("was", load.Open), slog.Int("is", at.Open))
	at.Counting = false
	at.Repaired++
	return false, nil
}

// anew counts an operator again, up to recountTries times.
func (h *Handler) anew(ctx context.Context, account chat.AccountID, at *tally) error {
	at.Doubt = nil
	if at.Tries++; at.Tries >= recountTries {
		at.Counting = false
		at.Busy++
		return nil
	}
	return h.start(ctx, account, at, at.Operator)
}

// recounted ends a recount: it logs the result and schedules the job for the next day.
func (h *Handler) recounted(ctx context.Context, job chat.Job, at tally, operators int) chat.Job {
	h.Log.LogAttrs(ctx, slog.LevelInfo, "loads recounted",
		slog.Int("operators", operators), slog.Int("repaired", at.Repaired), slog.Int("busy", at.Busy))
	job.Checkpoint, job.Count = "", job.Count+int64(at.Repaired)
	if job.NotBefore = job.NotBefore.Add(chat.RecountEvery); !job.NotBefore.After(h.Now()) {
		job.NotBefore = h.Now().Add(chat.RecountEvery)
	}
	return job
}
