package fanout

import (
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/chat"
)

func TestDerive_OperatorPicture_MadeAndTold(t *testing.T) {
	t.Parallel()
	none := chat.Operator{ID: "ana", AccountID: "account"}
	waits, another, shown, refused, renamed := none, none, none, none, none
	waits.PictureUpload, another.PictureUpload, shown.Picture, refused.PictureRefused, renamed.PictureUpload = "UP1", "UP2", "UP1.jpg", "picture_unreadable", "UP1"
	renamed.Name = "Ana R."
	for name, c := range map[string]struct {
		old, now chat.Operator
		want     string
	}{
		"uploaded":              {none, waits, `to-media {"operatorId":"ana","uploadId":"UP1"}`},
		"uploaded another":      {waits, another, `to-media {"operatorId":"ana","uploadId":"UP2"}`},
		"renamed while waiting": {waits, renamed, ""},
		"ready":                 {waits, shown, `to-push {"operatorId":"ana","frames":[{"type":"notice","code":"picture_ready"}]}`},
		"refused":               {waits, refused, `to-push {"operatorId":"ana","frames":[{"type":"notice","code":"picture_refused"}]}`},
		"taken away":            {shown, none, ""},
		"taken away meanwhile":  {waits, none, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEmitter("1")
			if err := handler().operator(t.Context(), e, &c.old, c.now); err != nil {
				t.Fatal(err)
			}
			var got []string
			for name, signals := range e.out {
				for _, s := range signals {
					got = append(got, string(name)+" "+string(s.Envelope.Data))
				}
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
