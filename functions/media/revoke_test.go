package media_test

import (
	"testing"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
)

func TestFetch_ConcurrentChange_Kept(t *testing.T) {
	t.Parallel()
	var w *fixture
	w = open(t, func() (channel.Media, error) {
		before, err := w.store.Message(w.Context(), account, conversation, messageID)
		w.must(err)
		after := before
		after.Text = "edited"
		w.must(w.store.UpdateMessage(w.Context(), before, after, chat.MessageEffects{}))
		return gives("image/png", png, -1)()
	})
	w.must(w.deliver())
	m, err := w.store.Message(t.Context(), account, conversation, messageID)
	w.must(err)
	if m.Text != "edited" || m.Attachments[0].State != chat.AttachmentReady {
		t.Errorf("the message is %q, its file %s", m.Text, m.Attachments[0].State)
	}
}

func (w *fixture) revoke() {
	w.Helper()
	before, err := w.store.Message(w.Context(), account, conversation, messageID)
	w.must(err)
	after := before
	after.ApplyUpdate(chat.MessageUpdate{Kind: chat.Revoked, From: chat.In, When: chat.Moment{At: w.now}})
	w.must(w.store.UpdateMessage(w.Context(), before, after, chat.MessageEffects{}))
}

// PROVIDERS §11-22: no file of a revoked message is left, not even one that was being fetched.
func TestRevoked_DeletesFiles(t *testing.T) {
	t.Parallel()
	t.Run("while they are fetched", func(t *testing.T) {
		t.Parallel()
		var w *fixture
		w = open(t, func() (channel.Media, error) {
			w.revoke()
			return gives("image/png", png, -1)()
		})
		w.must(w.deliver())
		w.must(w.deliver())
		if len(w.bucket.objects) != 0 || w.timer() != nil {
			t.Errorf("%d objects are left, and the timer %v", len(w.bucket.objects), w.timer())
		}
	})
	t.Run("afterwards, told twice", func(t *testing.T) {
		t.Parallel()
		w := open(t, gives("image/png", png, -1))
		w.must(w.deliver())
		keys := []string{w.attachments()[0].Key}
		for range 2 {
			w.must(w.hear(events.FilesRevoked{Keys: keys}))
		}
		if len(w.bucket.objects) != 0 {
			t.Errorf("%d objects are left", len(w.bucket.objects))
		}
	})
}
