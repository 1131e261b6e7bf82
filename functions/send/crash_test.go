package send_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

var errCrash = errors.New("the process died")

// store is the real store with a crash during the first attempt to send.
type store struct {
	*dynamo.Store
	dies     moment
	attempts int
}

type moment int

const (
	_               moment = iota // never
	beforeTheCall                 // the attempt is recorded, WhatsApp was not called
	beforeTheRecord               // WhatsApp has responded, the outcome is not recorded
)

func (s *store) UpdateMessage(ctx context.Context, before, after chat.Message, effects chat.MessageEffects) error {
	if after.ProviderID != "" && s.dies == beforeTheRecord && s.attempts == 1 {
		return errCrash
	}
	err := s.Store.UpdateMessage(ctx, before, after, effects)
	if after.Status != chat.StatusSending {
		return err
	}
	if s.attempts++; s.dies == beforeTheCall && s.attempts == 1 {
		return errCrash
	}
	return err
}

// C-03
func TestSend_CrashedAttempt_UnknownNotResent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		dies moment
		took []string
	}{
		"before WhatsApp was asked": {beforeTheCall, []string{"dos"}},
		"after WhatsApp took it":    {beforeTheRecord, []string{"uno", "dos"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			first, second := w.Reply(w.conversation, "uno"), w.Reply(w.conversation, "dos")
			h := w.on(&store{Store: w.Store, dies: c.dies})
			if err := w.deliver(h); !errors.Is(err, errCrash) || fault.Permanent(err) {
				t.Fatalf("no crash, or a permanent error: %v", err)
			}
			if got := w.Message(first).Status; got != chat.StatusSending {
				t.Fatalf("the attempt was not recorded: it is %s", got)
			}
			for range 3 {
				w.Must(w.deliver(h))
				w.Advance(24 * time.Hour)
			}
			if one, two := w.Message(first).Status, w.Message(second).Status; one != chat.StatusUnknown || two != chat.StatusSent {
				t.Errorf("they are %s and %s", one, two)
			}
			if texts := w.texts(); !slices.Equal(texts, c.took) {
				t.Errorf("WhatsApp accepted %v, want %v", texts, c.took)
			}
		})
	}
}
