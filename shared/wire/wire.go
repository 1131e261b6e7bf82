// Package wire declares every JSON value that crosses between the service and a browser or an integrator: answers and bodies of the
// REST API and of the widget, frames and actions of the socket. It is the one source of the contract: infra/contract makes the
// OpenAPI document and the browsers' TypeScript guards from it, field comments included.
//
// Rules that hold for every type:
//   - names are camelCase; ids are opaque strings; times are RFC 3339 in UTC with exactly three decimals;
//   - a field without omitempty is always present; a pointer without omitempty is null when there is no value;
//   - a field with omitempty is left out when there is no value, and is never null unless it is a Nullable or tagged nullable;
//   - lists are never null;
//   - readers drop fields they do not know; UnknownAs says as what they take an unknown value of an enumeration that may grow.
//
// Two clocks: times of conversations, messages, events and versions are of the clock of stored times, which a local stack may move;
// expiry of sessions, tickets and links is of the wall clock. A time is of the first unless its comment says otherwise.
//
// Tags beside json: default (what a missing field means, as JSON), const (the only value of a discriminator), nullable (an optional
// field that may be null), open (any text may be in the place of an enumeration's value), jsonschema (bounds) and widget (strict: the
// widget cannot do without the field, -: it does not read it; any other field may be wrong or missing there). Package present builds the answers from the domain's
// types. The package imports chat, fault and rules/permission for their enumerations, and the standard library.
package wire

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// timeLayout always shows milliseconds, so that times sort as text.
const timeLayout = "2006-01-02T15:04:05.000Z"

// Time is an instant: RFC 3339 in UTC with exactly three decimals.
type Time time.Time

// lastTime and firstTime are the ends of what four digits of a year can say.
var (
	firstTime = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	lastTime  = time.Date(9999, 12, 31, 23, 59, 59, int(999*time.Millisecond), time.UTC)
)

// MarshalJSON writes UTC with milliseconds. A time that the form cannot hold is written as the nearest that it can.
func (t Time) MarshalJSON() ([]byte, error) {
	at := time.Time(t).UTC()
	if at.After(lastTime) {
		at = lastTime
	}
	if at.Before(firstTime) {
		at = firstTime
	}
	return []byte(at.Format(`"` + timeLayout + `"`)), nil
}

// UnmarshalJSON reads only the form that MarshalJSON writes.
func (t *Time) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("decode a time: %w", err)
	}
	at, err := time.Parse(timeLayout, text)
	if err != nil {
		return fmt.Errorf("decode a time: %w", err)
	}
	*t = Time(at)
	return nil
}

// Nullable is a field of a request whose absence and whose null mean different things.
type Nullable[T any] struct {
	Set   bool // the field is present
	Value *T   // nil = null
}

// UnmarshalJSON is called only for a field that is present.
func (n *Nullable[T]) UnmarshalJSON(data []byte) error {
	n.Set = true
	return json.Unmarshal(data, &n.Value)
}

// List is a page of a list.
type List[T any] struct {
	// Items are the page's entries, in the order of the list. A page may be empty and still have a next one.
	Items []T `json:"items"`
	// NextCursor leads to the next page of the same query; null on the last page.
	NextCursor *string `json:"nextCursor"`
}

// Page selects a page of a list.
type Page struct {
	// Limit is the number of items of a page.
	Limit int `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100,default=50"`
	// Cursor is the nextCursor of the page before; without it the list begins.
	Cursor string `json:"cursor,omitempty"`
}

// Rest continues a list that is answered as a whole unless it is too long for one answer.
type Rest struct {
	// Cursor is the nextCursor of the answer before; without it the list begins.
	Cursor string `json:"cursor,omitempty"`
}

// Empty is an answer without content: the work was accepted and is done later.
type Empty struct{}

// ServiceHealth is the answer of the health check.
type ServiceHealth struct {
	// Status is ok whenever the service answers at all.
	Status string `json:"status" const:"ok"`
}

// UnknownAs lists the enumerations that may grow, each by the value that a reader takes an unknown one as. Every other enumeration
// is closed: a reader refuses what is not in it.
func UnknownAs() []any {
	return []any{
		fault.Internal, chat.TypeUnsupported, chat.FromAd,
		CategoryUtility, chat.TemplateDisabled, QualityUnknown, chat.TemplateFormat("other"), chat.ButtonOther,
	}
}
