package autoclose

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/recado-chat/recado/shared/chat"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	instant, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

func TestJudge(t *testing.T) { // S3-09, S3-11, S3-12
	t.Parallel()
	last := at(t, "2026-11-22T12:00:00Z")
	hour := chat.Closing{Idle: time.Hour}
	assigned := chat.Conversation{Status: chat.Open, AssigneeID: "ana", AssignedAt: last, LastActivityAt: last}
	pending := assigned
	pending.Status = chat.Pending
	waiting := chat.Conversation{Status: chat.Open, LastActivityAt: last}
	late := assigned
	late.AssignedAt = last.Add(3 * time.Hour)
	resolved := assigned
	resolved.Status = chat.Resolved
	snoozed := assigned
	snoozed.Status = chat.Snoozed
	tests := []struct {
		name         string
		conversation chat.Conversation
		closing      chat.Closing
		now          time.Time
		want         Decision
	}{
		{"a millisecond before the deadline", assigned, hour, last.Add(time.Hour - time.Millisecond), Decision{At: last.Add(time.Hour)}},
		{"at the deadline", assigned, hour, last.Add(time.Hour), Decision{Close: true, Reason: chat.ReasonIdle}},
		{"pending", pending, hour, last.Add(time.Hour), Decision{Close: true, Reason: chat.ReasonIdle}},
		{"closing off", assigned, chat.Closing{}, last.AddDate(1, 0, 0), Decision{}},
		{"unassigned, after the idle time", waiting, hour, last.Add(2 * time.Hour), Decision{At: at(t, "2026-12-22T12:00:00Z")}},
		{"unassigned, after a month", waiting, hour, at(t, "2026-12-22T12:00:00Z"), Decision{Close: true, Reason: chat.ReasonOneMonth}},
		{"assigned when already idle", late, hour, last.Add(3 * time.Hour), Decision{At: last.Add(4 * time.Hour)}},
		{"resolved", resolved, hour, last.AddDate(1, 0, 0), Decision{}},
		{"snoozed", snoozed, hour, last.AddDate(1, 0, 0), Decision{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := Decide(test.conversation, test.closing, time.UTC, test.now)
			if got.Close != test.want.Close || got.Reason != test.want.Reason || !got.At.Equal(test.want.At) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestAddMonth(t *testing.T) { // D3
	t.Parallel()
	tests := []struct{ name, zone, from, want string }{
		{"an ordinary day", "UTC", "2026-11-22T12:00:00Z", "2026-12-22T12:00:00Z"},
		{"31 January becomes the last of February", "UTC", "2027-01-31T23:59:59Z", "2027-02-28T23:59:59Z"},
		{"31 January of a leap year", "UTC", "2028-01-31T10:00:00Z", "2028-02-29T10:00:00Z"},
		{"31 March becomes 30 April", "UTC", "2027-03-31T00:00:00Z", "2027-04-30T00:00:00Z"},
		{"over the end of the year", "UTC", "2026-12-31T10:00:00Z", "2027-01-31T10:00:00Z"},
		{"the local day counts, not the UTC one", "America/Argentina/Buenos_Aires", "2027-02-01T01:00:00Z", "2027-03-01T01:00:00Z"},
		{"into daylight saving the local time stays", "America/New_York", "2027-02-20T17:00:00Z", "2027-03-20T16:00:00Z"},
		{"out of daylight saving too", "America/New_York", "2026-10-15T16:00:00Z", "2026-11-15T17:00:00Z"},
		{"a local time that does not exist", "America/New_York", "2027-02-14T07:30:00Z", "2027-03-14T07:30:00Z"}, // 2:30, the clocks go from 2 to 3
		{"one that does not exist, east of UTC", "Europe/Madrid", "2027-02-28T01:30:00Z", "2027-03-28T01:30:00Z"},
		{"one that does not exist at midnight", "America/Santiago", "2026-08-06T04:30:00Z", "2026-09-06T04:30:00Z"},
		{"a day that does not exist", "Pacific/Apia", "2011-11-30T20:00:00Z", "2011-12-30T20:00:00Z"},
		{"a local time that comes twice", "America/New_York", "2026-10-01T05:30:00Z", "2026-11-01T06:30:00Z"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := AddMonth(at(t, test.from), zone(t, test.zone)); !got.Equal(at(t, test.want)) {
				t.Errorf("got %s, want %s", got.Format(time.RFC3339), test.want)
			}
		})
	}
}

// Whatever the zone does on that day, a month is never shorter than 28 days less the hour that the clocks go forward, except over a day
// that is left out, and no local time before the one asked for is taken.
func TestAddMonth_AnyZone_NotEarly(t *testing.T) {
	t.Parallel()
	zones := []string{"UTC", "America/New_York", "America/Santiago", "Europe/Madrid", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Gaza", "America/Asuncion"}
	rapid.Check(t, func(t *rapid.T) {
		z, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		from := time.Date(2026, 1, 1, 0, rapid.IntRange(0, 3*366*24*60).Draw(t, "minute"), 0, 0, time.UTC)
		next := AddMonth(from, z)
		clock := func(at time.Time) int { return at.In(z).Hour()*60 + at.In(z).Minute() }
		sameDay := from.In(z).Day() == next.In(z).Day()
		if sameDay && clock(next) < clock(from) || next.Sub(from) < 28*24*time.Hour-time.Hour {
			t.Fatalf("a month after %s is %s", from.In(z), next.In(z))
		}
	})
}

func TestJudge_NotBeforeDeadline(t *testing.T) {
	t.Parallel()
	start := at(t, "2026-01-01T00:00:00Z")
	rapid.Check(t, func(t *rapid.T) {
		instant := func(name string) time.Time {
			return start.Add(time.Duration(rapid.IntRange(0, 400*24*60).Draw(t, name)) * time.Minute)
		}
		c := chat.Conversation{Status: chat.Open, LastActivityAt: instant("activity")}
		if rapid.Bool().Draw(t, "assigned") {
			c.AssigneeID, c.AssignedAt = "ana", instant("assigned at")
		}
		closing := chat.Closing{Idle: time.Duration(rapid.IntRange(0, 3000).Draw(t, "idle")) * time.Minute}
		now := instant("now")
		deadline, _ := Deadline(c, closing, time.UTC)
		verdict := Decide(c, closing, time.UTC, now)
		if verdict.Close != (!deadline.IsZero() && !now.Before(deadline)) {
			t.Fatalf("closes %v at %s, deadline %s", verdict.Close, now, deadline)
		}
		if verdict.Close && now.Sub(c.LastActivityAt) < closing.Idle && c.AssigneeID != "" {
			t.Fatalf("closed %s after its last activity", now.Sub(c.LastActivityAt))
		}
	})
}
