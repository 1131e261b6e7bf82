package crash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/shared/chat"
)

// step is an action of each run (each), or of all runs together (move: the clock). The stack settles after every step.
type step struct {
	each func(context.Context, *scenarioRun) error
	move time.Duration
}

// sends are the fields of tries and those of the channel's health: if send stops before it stored the health, the next successful
// send stores it.
var sends = append([]field{
	{"channel", "health", "stored by the next message that is sent"}, {"channel", "version", "as with its health"},
	{"message", "pricing", "comes with the first status that is stored, which differs"},
}, tries...)

// twice is for a signal of a mail that is delivered twice at once: the second delivery marks the attempt unknown, then the first
// marks the mail sent, which adds a version.
var twice = []field{{"mail", "version", "the second delivery adds a version"}}

// turn is the distance in time between two runs of a scenario with alone.
const turn = 10 * time.Minute

func each(do func(context.Context, *scenarioRun) error) step { return step{each: do} }

// later moves the clock.
func later(d time.Duration) step { return step{move: d} }

// scenario is a sequence of steps: prepare runs undisturbed, steps run with faults, and rest is what users do afterwards to repair
// what they see (it runs undisturbed).
type scenario struct {
	name     string
	settings settings
	setUp    func(*harness) error
	prepare  []step
	steps    []step
	rest     []step
	// allows returns nil if the difference is one that cannot be avoided.
	allows func(run *scenarioRun, missing, extra []string) error
	// only names the functions whose calls are stopped; empty means all.
	only []string
	// staged scenarios depend on the order of concurrent steps. They do not run with random faults.
	staged bool
	// blind are fields that are not compared.
	blind []field
	// alone makes the runs execute one after the other, each at a later time of the shared clock.
	alone bool
}

// tries are fields that differ after an attempt to send was stopped: the operator's retry, or a status for a message in state unknown,
// adds a version.
var tries = []field{
	{"message", "version", "a stopped attempt and its resolution add versions"},
	{"message", "attempt", "the operator's retry adds an attempt"},
	{"timer", "attempt", "the timer of a waiting message counts the same attempt"},
}

const (
	maria = "551150001111"
	jose  = "551150002222"
)

func text(customer, what string) step {
	return each(func(_ context.Context, run *scenarioRun) error { return run.writes(customer, what) })
}

// verb posts an action of the operator on the kept conversation, or else on the newest one.
func verb(what string, body func(*scenarioRun) map[string]any) step {
	return each(func(ctx context.Context, run *scenarioRun) error {
		id, err := run.kept(ctx)
		if err != nil {
			return err
		}
		var sent map[string]any
		if body != nil {
			sent = body(run)
		}
		_, err = run.call(ctx, http.MethodPost, "/api/v1/conversations/"+id+"/"+what, sent, "")
		return err
	})
}

// keep makes the newest conversation the one that later verbs are posted to.
var keep = each(func(ctx context.Context, run *scenarioRun) (err error) {
	run.seen["conversation"], err = run.conversation(ctx)
	return err
})

func (run *scenarioRun) kept(ctx context.Context) (string, error) {
	if id := run.seen["conversation"]; id != "" {
		return id, nil
	}
	return run.conversation(ctx)
}

// reply sends a text to the customer. A repeated request has the same client id.
func reply(clientID, what string) step {
	return verb("messages", func(*scenarioRun) map[string]any {
		return map[string]any{"clientId": clientID, "type": "text", "text": what}
	})
}

// change edits, revokes or reacts to the customer's message with the text wrote, or our first message if wrote is empty.
func change(wrote string, c whatsapp.Change) step {
	return each(func(_ context.Context, run *scenarioRun) error {
		if wrote == "" {
			return run.harness.Phone.Change(run.received()[0].ID, c)
		}
		return run.harness.Phone.Change(run.seen["wrote "+wrote], c)
	})
}

// status makes the provider report a status for all our messages.
func status(what string) step {
	return each(func(_ context.Context, run *scenarioRun) error {
		var all error
		for _, m := range run.received() {
			all = errors.Join(all, run.harness.Phone.SetStatus(m.ID, what, 0))
		}
		return all
	})
}

func picture() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))) // a buffer never fails
	return b.Bytes()
}

func photo(customer string) step {
	return each(func(_ context.Context, run *scenarioRun) error {
		_, err := run.harness.Phone.Deliver(whatsapp.Incoming{
			Account: run.asset(), From: customer, Type: "image", Text: "mira", File: &whatsapp.Upload{Name: "foto.png", Mime: "image/png", Content: picture()},
		})
		return err
	})
}

// retryUnknown retries the messages in state unknown. It is an error if the customer got one of them.
var retryUnknown = each(func(ctx context.Context, run *scenarioRun) error {
	id, err := run.kept(ctx)
	if err != nil {
		return err
	}
	answer, err := run.call(ctx, http.MethodGet, "/api/v1/conversations/"+id+"/messages", nil, "")
	if err != nil {
		return err
	}
	items, _ := answer["items"].([]any)
	for _, entry := range items {
		m, _ := entry.(map[string]any)
		if m["status"] == "unknown" {
			if n := len(run.received()); n > 0 {
				return fmt.Errorf("%s: the customer got %d messages, but one has the status unknown", run.tag, n)
			}
			run.seen["retried"] = "yes"
			if _, err := run.call(ctx, http.MethodPost, fmt.Sprintf("/api/v1/conversations/%s/messages/%s/retry", id, m["id"]), nil, ""); err != nil {
				return err
			}
		}
	}
	return nil
})

var signUp = each(func(ctx context.Context, run *scenarioRun) error {
	code, answer, err := run.ask(ctx, http.MethodPost, "/api/v1/auth/sign-up", map[string]any{
		"accountName": "Tienda", "name": "Ana", "email": run.email(), "password": "una clave larga", "client": "api",
	}, "")
	if err == nil && code == http.StatusConflict { // an earlier request succeeded and its answer was lost: sign in
		code, answer, err = run.ask(ctx, http.MethodPost, "/api/v1/auth/sign-in", map[string]any{
			"email": run.email(), "password": "una clave larga", "client": "api",
		}, "")
	}
	if err != nil || code >= http.StatusBadRequest {
		return fmt.Errorf("sign up: %d %v %w", code, answer, err)
	}
	run.token = fmt.Sprint(answer["accessToken"])
	account, _ := answer["account"].(map[string]any)
	run.account.ID = chat.AccountID(fmt.Sprint(account["id"]))
	run.harness.own(string(run.account.ID), run)
	return nil
})

var linkToken = regexp.MustCompile(`token=([A-Za-z0-9_%-]+)`)

// follow posts the token of the newest mail's link. A 400 is accepted in runs with faults: a request whose answer was lost used the token.
func follow(path string, body map[string]any) step {
	return each(func(ctx context.Context, run *scenarioRun) error {
		mails, err := run.mails(run.email())
		if err != nil || len(mails) == 0 {
			return fmt.Errorf("%s has no mail: %w", run.tag, err)
		}
		found := linkToken.FindStringSubmatch(mails[0].Text)
		if found == nil {
			return fmt.Errorf("no link in %q", mails[0].Text)
		}
		token, err := url.QueryUnescape(found[1])
		if err != nil {
			return err
		}
		sent := map[string]any{"token": token}
		for name, value := range body {
			sent[name] = value
		}
		code, answer, err := run.ask(ctx, http.MethodPost, path, sent, "")
		if err == nil && code != http.StatusNoContent && (code != http.StatusBadRequest || run.target == nil && run.chaos == nil) {
			err = fmt.Errorf("%s: %d %v", path, code, answer)
		}
		return err
	})
}

// scenarios returns all scenarios. Together they invoke every function of the topology.
func scenarios() []scenario {
	return []scenario{
		{name: "a new conversation by text", steps: []step{text(maria, "hola")}},
		{
			name: "a text into an open conversation that a browser has open", prepare: []step{text(maria, "hola"), each(look)},
			steps: []step{text(maria, "sigo aqui")},
		},
		{
			name: "a text reopens a resolved conversation", prepare: []step{text(maria, "hola"), verb("resolve", nil)},
			steps: []step{text(maria, "otra cosa")},
		},
		{
			name: "a text reopens a pending conversation", prepare: []step{text(maria, "hola"), verb("pending", nil)},
			steps: []step{text(maria, "ya volvi")},
		},
		{name: "an image opens a conversation", steps: []step{photo(maria)}},
		{name: "an image comes into an open conversation", prepare: []step{text(maria, "hola")}, steps: []step{photo(maria)}},
		{
			name: "a large body goes through the bucket", prepare: []step{text(maria, "hola")}, only: []string{"webhook", "ingest"},
			steps: []step{each(func(_ context.Context, run *scenarioRun) error {
				_, err := run.harness.Phone.Deliver(whatsapp.Incoming{
					Account: run.asset(), From: maria, Text: "largo", Fields: map[string]any{"padding": string(bytes.Repeat([]byte("x"), 220<<10))},
				})
				return err
			})},
		},
		{
			name: "statuses come in any order", prepare: []step{text(maria, "hola"), keep, reply("r1", "buenas")},
			steps: []step{status(whatsapp.Delivered), status(whatsapp.Sent), status(whatsapp.Read)},
		},
		{
			name:    "a message is edited, one gets a reaction, one is revoked",
			prepare: []step{text(maria, "hola"), keep, reply("r1", "buenas"), text(maria, "mi clave")},
			steps: []step{
				change("hola", whatsapp.Change{Text: new("hola!")}), change("", whatsapp.Change{Emoji: new("🙏")}),
				change("mi clave", whatsapp.Change{Revoke: true}),
			},
			only: []string{"webhook", "ingest", "fanout"},
		},
		{
			name: "the business answers on its own phone, and the customer changes the number", prepare: []step{text(maria, "hola"), keep},
			steps: []step{each(onTheirPhone), each(changesNumber)}, only: []string{"webhook", "ingest", "fanout"},
		},
		{
			name: "the business writes first, on its own phone", steps: []step{each(onTheirPhone)}, only: []string{"ingest"},
		},
		{
			name: "a failure status after the message was accepted", prepare: []step{text(maria, "hola"), keep, reply("r1", "buenas")},
			steps: []step{each(func(_ context.Context, run *scenarioRun) error {
				return run.harness.Phone.SetStatus(run.received()[0].ID, whatsapp.Failed, 131026)
			})},
		},
		parkedStatuses(),
		earlyQuote(),
		visitorTalks(),
		{
			name: "a reply is sent", prepare: []step{text(maria, "hola"), keep}, steps: []step{reply("r1", "buenas")},
			rest: []step{status(whatsapp.Sent), status(whatsapp.Delivered), retryUnknown, status(whatsapp.Sent), status(whatsapp.Delivered)}, blind: sends,
		},
		{
			name: "a reply takes an unassigned conversation", prepare: []step{text(maria, "hola"), keep}, settings: settings{mode: chat.DistributeToGroups},
			steps: []step{reply("r1", "yo la tomo")}, only: []string{"api", "fanout"},
			rest: []step{status(whatsapp.Sent), retryUnknown, status(whatsapp.Sent)}, blind: sends,
		},
		{
			name: "a reply is refused", prepare: []step{text(maria, "hola"), keep}, steps: []step{reply("r1", "buenas")},
			setUp: func(h *harness) error { return h.Phone.Fail(whatsapp.Fault{Times: 1 << 30, Code: 131026}) },
			rest:  []step{retryUnknown}, blind: tries,
		},
		{
			name: "a reply is refused for now", prepare: []step{text(maria, "hola"), keep}, steps: []step{reply("r1", "buenas")},
			setUp: func(h *harness) error { return h.Phone.Fail(whatsapp.Fault{Times: 1 << 30, Code: 131056, Status: 429}) },
			only:  []string{"send"}, rest: []step{retryUnknown}, blind: tries,
		},
		{
			name: "the channel's token is invalid", prepare: []step{text(maria, "hola"), keep}, steps: []step{reply("r1", "buenas")},
			setUp: func(h *harness) error { return h.Phone.Fail(whatsapp.Fault{Times: 1 << 30, Code: 190, Status: 401}) },
			only:  []string{"send"}, rest: []step{retryUnknown}, blind: tries,
		},
		{
			name: "the owner is told that a channel's token is invalid", prepare: []step{text(maria, "hola"), keep}, steps: []step{reply("r1", "buenas")},
			setUp: func(h *harness) error { return h.Phone.Fail(whatsapp.Fault{Times: 1 << 30, Code: 190, Status: 401}) },
			only:  []string{"fanout", "jobs", "notify"}, blind: append(twice, tries...), allows: oneMail,
		},
		{
			name:    "held replies are sent when the channel is connected again",
			prepare: []step{text(maria, "hola"), keep, each(tokenDies), reply("r1", "uno"), each(tokenLives)},
			steps:   []step{each(reconnect)}, only: []string{"api", "admin", "fanout", "jobs", "send"},
			rest:  []step{status(whatsapp.Sent), retryUnknown, status(whatsapp.Sent)},
			blind: append([]field{{"job", "count", "a repeated job does not count the replies that it released before"}}, sends...),
		},
		{
			name:    "a channel is disconnected while a reply waits for it",
			prepare: []step{text(maria, "hola"), keep, each(tokenDies), reply("r1", "uno"), each(tokenLives)},
			steps:   []step{each(disconnect)}, only: []string{"api", "admin", "fanout", "jobs"},
			blind: []field{{"message", "version", "a repeated job may fail the reply beside the first"}},
		},
		{
			name: "a channel names its business account, whose templates are read", steps: []step{each(business)}, only: []string{"api", "admin", "fanout", "jobs"},
		},
		{
			name: "a file is sent", prepare: []step{text(maria, "hola"), keep}, steps: []step{each(sendFile)}, only: []string{"api", "send"},
			rest: []step{status(whatsapp.Sent), retryUnknown, status(whatsapp.Sent)}, blind: sends,
		},
		{
			name: "the second conversation waits for capacity", settings: settings{capacity: 1}, prepare: []step{text(maria, "hola"), keep},
			steps: []step{text(jose, "buenas"), verb("resolve", nil)},
		},
		{
			name: "idle conversations close", settings: settings{idle: time.Hour}, prepare: []step{text(maria, "hola")},
			steps: []step{later(61 * time.Minute)},
		},
		{
			name: "a timer that fires too early is set again", settings: settings{idle: time.Hour},
			prepare: []step{text(maria, "hola"), later(30 * time.Minute), text(maria, "sigo")}, steps: []step{later(31 * time.Minute)},
			only: []string{"autoclose"},
		},
		{
			name: "a shorter closing time sets the timers again", settings: settings{idle: time.Hour},
			prepare: []step{text(maria, "hola"), text(jose, "buenas")}, steps: []step{each(shorten)},
		},
		{
			name: "a wrong load is recounted, and search tokens are renewed", prepare: []step{text(maria, "hola"), keep, each(drift)},
			steps: []step{later(chat.RecountEvery + time.Hour), later(2 * time.Hour)}, only: []string{"jobs", "fanout"},
			blind: []field{{"job", "count", "a repeated job does not count the loads that it repaired before"}},
		},
		{name: "sign-up with its mail", settings: settings{none: true}, steps: []step{signUp}, blind: twice, allows: oneMail},
		{
			name: "an address is verified", settings: settings{none: true}, prepare: []step{signUp},
			steps: []step{follow("/api/v1/auth/verify", nil)}, only: []string{"admin"},
		},
		{
			name: "a password is reset", settings: settings{none: true}, prepare: []step{signUp, each(forgot)},
			steps: []step{follow("/api/v1/auth/reset", map[string]any{"password": "otra clave larga"}), each(signInAnew)}, only: []string{"admin"}, allows: secondLine,
			blind: []field{{"operator", "version", "the repeated request sets the password again"}},
		},
		peopleAreInvited(),
		invitationIsAccepted(),
		{
			name: "an operator is given a conversation", prepare: []step{text(maria, "hola"), keep, each(hire)},
			steps: []step{verb("assign", func(run *scenarioRun) map[string]any { return map[string]any{"operatorId": run.seen["operator"]} })},
		},
		{
			name: "a conversation goes back to the pool", prepare: []step{text(maria, "hola"), keep, each(availability("away"))},
			steps: []step{verb("assign", func(*scenarioRun) map[string]any { return map[string]any{"operatorId": nil} })},
		},
		{name: "a conversation is resolved", prepare: []step{text(maria, "hola"), keep}, steps: []step{verb("resolve", nil)}},
		{
			name: "a conversation is reopened and read", prepare: []step{text(maria, "hola"), keep, verb("resolve", nil)},
			steps: []step{verb("reopen", nil), verb("read", func(*scenarioRun) map[string]any { return map[string]any{} }), verb("pending", nil)},
			only:  []string{"api", "fanout"},
		},
		{
			name: "an operator comes back and gets the waiting conversation", prepare: []step{each(availability("away")), text(maria, "hola")},
			steps: []step{each(availability("available"))},
		},
		{name: "an operator, a store and an upload are created", prepare: []step{text(maria, "hola"), keep}, steps: []step{each(create)}, only: []string{"api", "admin"}},
		{
			name: "a browser connects, opens a conversation and leaves", prepare: []step{text(maria, "hola"), keep}, steps: []step{each(look), each(leave)},
			rest: []step{each(sweep)}, only: []string{"socket", "api"},
		},
		{
			name: "the clock finds what is due", settings: settings{idle: time.Hour},
			prepare: []step{text(maria, "hola"), later(time.Hour - turn + time.Minute)},
			steps:   []step{later(turn)}, only: []string{"clock"}, alone: true,
			blind: []field{
				{"account", "idleSeconds", "differs by run, so that the conversations fall due one after the other"},
				{"job", "version", "the channels of runs that come later are looked at more often"},
			},
		},
	}
}
