package media_test

import (
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/media"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
)

func TestFetch_TypeFromContent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declared string
		content  string
		want     string
	}{
		"a page that calls itself a picture":       {"image/png", "<!DOCTYPE html><script>alert(1)</script>", "text/html; charset=utf-8"},
		"a program that calls itself a picture":    {"image/jpeg", "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + strings.Repeat("\x00", 200), "application/vnd.microsoft.portable-executable"},
		"noise that calls itself a picture":        {"image/png", "\x00\x01\x02\x03noise\xff\xfe", "application/octet-stream"},
		"a picture of another kind":                {"image/jpeg", string(png), "image/png"},
		"a picture without a type":                 {"", string(png), "image/png"},
		"a voice note with its codec":              {"audio/ogg; codecs=opus", "OggS\x00\x02" + strings.Repeat("\x00", 22) + "\x01\x13OpusHead", "audio/ogg; codecs=opus"},
		"a document in a zip container":            {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK\x03\x04\x14\x00\x00\x00\x08\x00" + strings.Repeat("\x00", 50), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		"a document":                               {"application/pdf", "%PDF-1.7\n", "application/pdf"},
		"a page that calls itself text":            {"text/plain", "<!DOCTYPE html><script>alert(1)</script>", "text/html; charset=utf-8"},
		"something rare that nobody can recognise": {"application/x-rare", "\x00\x01\x02\x03", "application/x-rare"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, gives(c.declared, []byte(c.content), -1))
			m, err := w.store.Message(t.Context(), account, conversation, messageID)
			w.must(err)
			after := m
			after.Attachments = []chat.Attachment{m.Attachments[0]}
			after.Attachments[0].Mime = ""
			w.must(w.store.UpdateMessage(t.Context(), m, after, chat.MessageEffects{}))
			w.must(w.deliver())
			if got := w.attachments()[0].Mime; got != c.want || w.bucket.objects[key].mime != c.want {
				t.Errorf("it is %q, and %q in the bucket; want %q", got, w.bucket.objects[key].mime, c.want)
			}
		})
	}
}

func TestFetch_TooLarge_Failed(t *testing.T) {
	t.Parallel()
	endless := func() (channel.Media, error) {
		return channel.Media{Mime: "video/mp4", Size: -1, ReadCloser: io.NopCloser(zeros{})}, nil
	}
	w := open(t, endless)
	w.must(w.deliver())
	if got := w.attachments()[0].State; got != chat.AttachmentFailed || len(w.bucket.objects) != 0 {
		t.Errorf("it is %s", got)
	}
}

// zeros is an endless reader.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestFetch_BucketFails_RetriedWithoutLeak(t *testing.T) {
	t.Parallel()
	w := open(t, gives("image/png", png, -1), refuses(fault.New(fault.NotFound, "gone")))
	w.bucket.err = fault.New(fault.Unavailable, "no S3")
	w.must(w.deliver())
	w.must(w.deliver())
	if got := w.attachments()[0].State; got != chat.AttachmentReady {
		t.Errorf("it is %s", got)
	}
	for _, never := range []string{accessToken, "SECRET-TEXT"} {
		if strings.Contains(w.logs.String(), never) {
			t.Errorf("the logs hold %q:\n%s", never, w.logs)
		}
	}
}

func TestSample(t *testing.T) {
	t.Parallel()
	w := open(t, gives("image/png", png, -1))
	raw, err := os.ReadFile("../../events/samples/media/pending.json")
	w.must(err)
	var batch lambdaevents.SQSEvent
	w.must(json.Unmarshal(raw, &batch))
	handler, err := media.New(media.Deps{
		Channels: w.provider, Store: w.store, Sealer: opener{}, Bucket: w.bucket, Now: time.Now, Log: obs.NewLogger(w.logs, "media"),
	})
	w.must(err)
	var envelope events.Envelope
	w.must(json.Unmarshal([]byte(batch.Records[0].Body), &envelope))
	w.must(handler.Routes().Handle(t.Context(), envelope))
	if got := w.attachments()[0].State; got != chat.AttachmentReady {
		t.Errorf("it is %s", got)
	}
}
