package media_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	imagepng "image/png"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi/upload"
	"github.com/recado-chat/recado/shared/picture"
)

// portrait is an opaque PNG of 600 × 300 pixels in a grey.
func portrait(t *testing.T, grey uint8) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 600, 300))
	for i := range m.Pix {
		m.Pix[i] = grey
	}
	var out bytes.Buffer
	if err := imagepng.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func (w *fixture) operator() chat.Operator {
	w.Helper()
	o, err := w.store.Operator(w.Context(), account, "OP")
	w.must(err)
	return o
}

func (w *fixture) change(change func(o *chat.Operator)) {
	w.Helper()
	before := w.operator()
	after := before
	change(&after)
	w.must(w.store.UpdateOperator(w.Context(), before, after, nil, nil))
}

// uploads puts the bytes of an upload into the bucket and lets the operator wait for it.
func (w *fixture) uploads(id string, content []byte) events.PictureUploaded {
	w.Helper()
	w.bucket.objects[upload.PictureUploadKey(account, id)] = object{mime: "image/png", content: content}
	w.change(func(o *chat.Operator) { o.PictureUpload = id })
	return events.PictureUploaded{OperatorID: "OP", UploadID: id}
}

// due returns whose pictures' timers are due an hour later.
func (w *fixture) due() (operators []string) {
	w.Helper()
	for shard := range schedule.DueShards {
		page, err := w.store.Due(w.Context(), shard, w.now.Add(time.Hour), chat.PageRequest{Limit: 10})
		w.must(err)
		for _, item := range page.Items {
			if item.Kind == string(chat.TimerPicture) {
				operators = append(operators, item.Subject)
			}
		}
	}
	return operators
}

func (w *fixture) uploadsLeft() (n int) {
	for key := range w.bucket.objects {
		if strings.HasPrefix(key, upload.PictureUploadKey(account, "")) {
			n++
		}
	}
	return n
}

// wantPicture compares the operator's picture, its grey, and that no upload is left.
func (w *fixture) wantPicture(name string, grey uint8) {
	w.Helper()
	o := w.operator()
	if o.Picture != name || o.PictureUpload != "" || o.PictureRefused != "" {
		w.Fatalf("the operator's picture is %q, upload %q, refused %q; want %q", o.Picture, o.PictureUpload, o.PictureRefused, name)
	}
	if due := w.due(); len(due) != 0 {
		w.Errorf("%v is due", due)
	}
	id, _, _ := strings.Cut(name, ".")
	found, left := w.bucket.objects[upload.PictureKey(account, id)], w.uploadsLeft()
	m, format, err := image.Decode(bytes.NewReader(found.content))
	if err != nil || found.mime != "image/"+format || m.Bounds() != image.Rect(0, 0, 512, 256) || left != 0 {
		w.Fatalf("the bucket holds %s (%s), %v, and %d uploads", found.mime, format, err, left)
	}
	if got := color.GrayModel.Convert(m.At(0, 0)).(color.Gray).Y; got != grey {
		w.Errorf("it is the picture with the grey %d, want %d", got, grey)
	}
}

func TestPicture_Uploaded_MadeSmallOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.change(func(o *chat.Operator) { o.Picture = "OLD.png" })
	signal := w.uploads("UP1", portrait(t, 10))
	if due := w.due(); fmt.Sprint(due) != "[OP]" {
		t.Errorf("%v is due while the upload waits", due)
	}
	w.must(w.hear(signal))
	w.wantPicture("UP1.jpg", 10)
	version := w.operator().Version
	for _, again := range []events.PictureUploaded{signal, {OperatorID: "OP"}} { // by the queue, and by a timer
		w.must(w.hear(again))
	}
	if w.wantPicture("UP1.jpg", 10); w.operator().Version != version || w.bucket.puts != 1 {
		t.Errorf("version %d after %d, and %d objects written", w.operator().Version, version, w.bucket.puts)
	}
}

func TestPicture_SignalLost_TimerMakesIt(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.uploads("UP1", portrait(t, 10))
	w.must(w.hear(events.PictureUploaded{OperatorID: "OP"}))
	w.wantPicture("UP1.jpg", 10)
}

func TestPicture_ChangedTwiceQuickly_LastShown(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][]int{"in order": {0, 1}, "the last first": {1, 0}, "the first twice": {0, 0, 1}, "the first late": {1, 0, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			signals := []events.PictureUploaded{w.uploads("UP1", portrait(t, 10)), w.uploads("UP2", portrait(t, 200))}
			for _, i := range order {
				w.must(w.hear(signals[i]))
			}
			w.wantPicture("UP2.jpg", 200)
			if w.bucket.puts != 1 || len(w.bucket.objects) != 1 {
				t.Errorf("%d objects were written, %d are left", w.bucket.puts, len(w.bucket.objects))
			}
		})
	}
}

func TestPicture_ConcurrentChange(t *testing.T) {
	t.Parallel()
	t.Run("of the name is kept", func(t *testing.T) {
		t.Parallel()
		w := open(t)
		signal := w.uploads("UP1", portrait(t, 10))
		w.meanwhile(signal, func() { w.change(func(o *chat.Operator) { o.Name = "Ana R." }) })
		if w.wantPicture("UP1.jpg", 10); w.operator().Name != "Ana R." {
			t.Errorf("the name is %q", w.operator().Name)
		}
	})
	t.Run("of the picture wins", func(t *testing.T) {
		t.Parallel()
		w := open(t)
		var second events.PictureUploaded
		w.meanwhile(w.uploads("UP1", portrait(t, 10)), func() { second = w.uploads("UP2", portrait(t, 200)) })
		if o := w.operator(); o.Picture != "" || o.PictureUpload != "UP2" {
			t.Fatalf("the operator has %q and waits for %q", o.Picture, o.PictureUpload)
		}
		w.must(w.hear(second))
		w.wantPicture("UP2.jpg", 200)
	})
	t.Run("that removes it wins", func(t *testing.T) {
		t.Parallel()
		w := open(t)
		w.meanwhile(w.uploads("UP1", portrait(t, 10)), func() { w.change(func(o *chat.Operator) { o.PictureUpload = "" }) })
		if o := w.operator(); o.Picture != "" || o.PictureRefused != "" || len(w.due()) != 0 {
			t.Errorf("the operator has %q, refused %q", o.Picture, o.PictureRefused)
		}
	})
}

// meanwhile handles a signal; the change happens after the small picture was stored.
func (w *fixture) meanwhile(signal events.Signal, change func()) {
	w.Helper()
	w.bucket.stored = func() {
		w.bucket.stored = nil
		change()
	}
	w.must(w.hear(signal))
}

func TestPicture_NotDecodable_Refused(t *testing.T) {
	t.Parallel()
	whole := portrait(t, 10)
	for name, c := range map[string]struct {
		content []byte
		reason  string
	}{
		"of 30,000 × 30,000 pixels": {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x75\x30\x00\x00\x75\x30\x08\x06\x00\x00\x00\x66\x27\xf8\xba"), picture.TooLarge},
		"cut off":                   {whole[:len(whole)-20], picture.Unreadable},
		"of another type":           {[]byte("%PDF-1.7\n"), picture.Unreadable},
		"not there":                 {nil, picture.Unreadable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			w.change(func(o *chat.Operator) { o.Picture = "OLD.png" })
			signal := w.uploads("UP1", c.content)
			if c.content == nil {
				w.must(w.bucket.Delete(t.Context(), upload.PictureUploadKey(account, "UP1")))
			}
			w.must(w.hear(signal))
			version := w.operator().Version
			w.must(w.hear(signal))
			o := w.operator()
			if o.Picture != "OLD.png" || o.PictureUpload != "" || o.PictureRefused != c.reason || o.Version != version {
				t.Errorf("the picture is %q, upload %q, refused %q; want %q", o.Picture, o.PictureUpload, o.PictureRefused, c.reason)
			}
			if len(w.bucket.objects) != 0 || len(w.due()) != 0 {
				t.Errorf("%d objects are left, %v is due", len(w.bucket.objects), w.due())
			}
		})
	}
}

func TestPicture_BucketFails_Retried(t *testing.T) {
	t.Parallel()
	w := open(t)
	signal := w.uploads("UP1", portrait(t, 10))
	w.bucket.err = fault.New(fault.Unavailable, "no S3")
	if err := w.hear(signal); err == nil || fault.Permanent(err) {
		t.Fatalf("the queue does not try again: %v", err)
	}
	if due := w.due(); fmt.Sprint(due) != "[OP]" {
		t.Errorf("%v is due", due)
	}
	w.must(w.hear(signal))
	w.wantPicture("UP1.jpg", 10)
}

// C-03
func TestPicture_CrashAnywhere_SameResult(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for call := range 6 {
			t.Run(fmt.Sprintf("after the call %v, call %d", after, call), func(t *testing.T) {
				t.Parallel()
				w := open(t)
				signal := w.uploads("UP1", portrait(t, 10))
				c := w.crashing(call, after)
				for range 3 {
					if err := c.hear(signal); fault.Permanent(err) {
						t.Fatalf("dead-lettered: %v", err)
					}
					c.dead = false // the next delivery finds a new process
				}
				if w.wantPicture("UP1.jpg", 10); w.operator().Version != 3 {
					t.Errorf("version %d", w.operator().Version)
				}
			})
		}
	}
}
