package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/infra/local/stack"
)

// capacityEach is the number of repetitions of each operation.
const capacityEach = 20

// capacity counts what DynamoDB would bill for each thing that happens in a conversation.
func capacity(ctx context.Context) error {
	counted := newUnits()
	s, stop, err := open(ctx, stack.Options{Runtime: counted.watch})
	if err != nil {
		return err
	}
	defer stop()
	crowd, err := s.crowd(ctx, 3, func(string, time.Time) {})
	if err != nil {
		return err
	}
	defer crowd.close()
	answered, err := s.known(ctx)
	if err != nil {
		return err
	}
	fmt.Printf(`Capacity units that the engine answers, which was right in all 20 cases of infra/adr/0001, indexes and transactions counted; all functions, with 3 sockets
of which one looks at the conversation; nothing is distributed. Mean of %d, one after the other; reads are half a unit where they may be stale.

| what | write units | read units | write units by function | read units by function |
|---|---|---|---|---|
`, capacityEach)
	for _, step := range []struct {
		name string
		do   func(i int) error
	}{
		{"a text into an open conversation", func(i int) error {
			return s.say(ctx, customer(0), "wamid.open."+strconv.Itoa(i), "hola, ¿tienen stock?")
		}},
		{"a text that opens a conversation", func(i int) error { return s.say(ctx, customer(1000+i), "wamid.new."+strconv.Itoa(i), "hola") }},
		{"a reply", func(i int) error {
			return s.owner.call(ctx, http.MethodPost, "/api/v1/conversations/"+answered+"/messages", object{
				"clientId": "client-" + strconv.Itoa(i), "type": "text", "text": "¡Sí, tenemos!",
			}, nil)
		}},
		{"a status of a reply: delivered", s.status(ctx, whatsapp.Delivered)},
		{"a status of a reply: read", s.status(ctx, whatsapp.Read)},
	} {
		counted.take()
		for i := range capacityEach {
			if err := step.do(i); err != nil {
				return fmt.Errorf("%s: %w", step.name, err)
			}
			if err := s.Settle(ctx); err != nil {
				return err
			}
		}
		read, wrote := counted.take()
		fmt.Printf("| %s | %.1f | %.1f | %s | %s |\n", step.name, sum(wrote)/capacityEach, sum(read)/capacityEach, shares(wrote, capacityEach), shares(read, capacityEach))
	}
	return nil
}

// known opens a conversation with a customer whom the simulator knows: to others nothing can be delivered.
func (s *shop) known(ctx context.Context) (id string, err error) {
	const text = "¿hay alguien?"
	if _, err := s.Phone.Deliver(whatsapp.Incoming{From: customer(5000), Account: phoneNumber, Text: text}); err != nil {
		return "", err
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		var list struct {
			Items []struct {
				ID      string
				Preview struct{ Text string }
			}
		}
		if err := s.owner.call(ctx, http.MethodGet, "/api/v1/conversations?status=all&limit=1", nil, &list); err != nil {
			return "", err
		}
		if len(list.Items) == 1 && list.Items[0].Preview.Text == text {
			return list.Items[0].ID, s.Settle(ctx)
		}
	}
	return "", errors.New("the phone's message never came")
}

// status tells the i-th reply's next state, as WhatsApp does.
func (s *shop) status(ctx context.Context, to string) func(i int) error {
	return func(i int) error {
		sent, err := s.Phone.WaitSent(ctx, capacityEach)
		if err != nil {
			return err
		}
		return s.post(ctx, object{"statuses": []object{{
			"id": sent[i].ID, "status": to, "timestamp": strconv.FormatInt(s.Clock.Now().Unix(), 10), "recipient_id": sent[i].Customer,
		}}})
	}
}
