package silence_test

import (
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/rules/silence"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// at is a time of the day; "" is none.
func at(t *testing.T, clock string) time.Time {
	t.Helper()
	if clock == "" {
		return time.Time{}
	}
	d, err := time.Parse("15:04", clock)
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(2026, 11, 22, d.Hour(), d.Minute(), 0, 0, time.UTC)
}

func channel(t *testing.T, heard, awaited string) chat.Channel {
	t.Helper()
	return chat.Channel{HeardAt: at(t, heard), AwaitedSince: at(t, awaited), CreatedAt: at(t, "06:00")}
}

// B-22
func TestNotes_AreSeldom(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		heard, awaited string
		now            string
		hears, owes    bool
	}{
		"nothing was ever heard":                          {"", "", "12:00", true, true},
		"heard a moment ago":                              {"11:59", "", "12:00", false, false},
		"heard within the grain":                          {"11:01", "", "12:00", false, false},
		"heard before the grain":                          {"11:00", "", "12:00", true, true},
		"a message waits already":                         {"09:00", "10:30", "12:00", true, false},
		"an earlier message was reported on":              {"09:00", "08:30", "12:00", true, true},
		"a message waits since before anything was heard": {"", "10:30", "12:00", true, false},
	} {
		ch := channel(t, test.heard, test.awaited)
		if hears, owes := silence.Heard(ch, at(t, test.now)), silence.Owes(ch, at(t, test.now)); hears != test.hears || owes != test.owes {
			t.Errorf("%s: heard is noted %t, a message is noted %t", name, hears, owes)
		}
	}
}

// B-22
func TestUnreported_OnlyAfterAMessageThatNothingFollowed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		heard, awaited string
		want           bool
	}{
		"nothing was sent, and nothing came for hours": {"07:00", "", false},
		"nothing was sent, and nothing ever came":      {"", "", false},
		"sent just now": {"07:00", "11:59", false},
		"sent hours ago, and something came since":       {"09:01", "09:00", false},
		"sent hours ago, and nothing came since":         {"08:00", "10:00", true},
		"sent hours ago, and nothing ever came":          {"", "10:00", true},
		"sent not long enough ago":                       {"08:00", "10:01", false},
		"the report came in the moment of being awaited": {"10:00", "10:00", false},
	} {
		if got := silence.Unreported(channel(t, test.heard, test.awaited), noon); got != test.want {
			t.Errorf("%s: unreported is %t", name, got)
		}
	}
}

// A call that came right before the next one would be noted is never denied. B-22
func TestQuiet_NeverWithinAnHourOfACall(t *testing.T) {
	t.Parallel()
	ch := channel(t, "10:00", "")
	call := at(t, "10:00").Add(silence.Grain - time.Second)
	if silence.Heard(ch, call) {
		t.Fatal("the call is noted")
	}
	if now := call.Add(silence.Grain - time.Second); silence.Quiet(ch, now) {
		t.Errorf("quiet %s after a call", now.Sub(call))
	}
	if !silence.Quiet(ch, noon) || silence.Since(ch).Before(call) {
		t.Errorf("it is not quiet at noon, or since %s, before a call came", silence.Since(ch))
	}
	if never := channel(t, "", ""); !silence.Quiet(never, noon) || !silence.Since(never).Equal(never.CreatedAt) {
		t.Errorf("a channel without calls is quiet since %s", silence.Since(never))
	}
}
