package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/recado-chat/recado/infra/bench/fixture"
	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/infra/local/source"
	"github.com/recado-chat/recado/infra/local/stack"
	"github.com/recado-chat/recado/shared/chat"
)

const (
	appSecret   = "local-app-secret"
	accessToken = "EAAG-token-of-a-benchmark"
	password    = "una contraseña larga"
	phoneNumber = "710000000000001"
)

type object = map[string]any

// shop is a running stack with one account, whose number is connected.
type shop struct {
	*stack.Stack
	dir      string
	client   *http.Client
	owner    caller
	account  chat.AccountID
	store    chat.StoreID
	channel  chat.ChannelID
	browsers crowd
	filling  atomic.Bool // fanout hears of nothing
}

// caller is who calls the API.
type caller struct {
	shop  *shop
	token string
	id    string
}

// open starts a stack in a folder of its own; stop removes it.
func open(ctx context.Context, options stack.Options) (s *shop, stop func(), err error) {
	dir, err := os.MkdirTemp("", "recado-bench-")
	if err != nil {
		return nil, nil, err
	}
	options.Dir, options.NoTick, options.Statuses = dir, true, whatsapp.Timing{Manual: true}
	if options.Log == nil {
		options.Log = io.Discard
	}
	options.Around = func(function string) source.Around {
		return func(ctx context.Context, payload []byte, next source.Invoke) ([]byte, error) {
			if function == "fanout" && s.filling.Load() {
				return []byte(`{}`), nil
			}
			return next(ctx, payload)
		}
	}
	s = &shop{dir: dir, client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 512}}}
	stop = func() {
		if s.Stack != nil {
			s.Stop()
		}
		_ = os.RemoveAll(dir) // it is a temporary folder
	}
	if s.Stack, err = stack.Start(ctx, options); err == nil {
		err = s.found(ctx)
	}
	if err != nil {
		stop()
		return nil, nil, err
	}
	return s, stop, nil
}

// found makes the account.
func (s *shop) found(ctx context.Context) error {
	var in struct {
		Operator    struct{ ID string }
		Account     struct{ ID chat.AccountID }
		AccessToken string
	}
	s.owner = caller{shop: s}
	if err := s.owner.call(ctx, http.MethodPost, "/api/v1/auth/sign-up", object{
		"accountName": "Tienda", "name": "Ana Ruiz", "email": "ana@recado.example", "password": password,
		"timeZone": "America/Argentina/Buenos_Aires", "client": "api",
	}, &in); err != nil {
		return err
	}
	s.owner.token, s.owner.id, s.account = in.AccessToken, in.Operator.ID, in.Account.ID
	if err := s.owner.call(ctx, http.MethodPut, "/api/v1/distribution", object{"mode": "groups"}, nil); err != nil {
		return err
	}
	if err := s.owner.call(ctx, http.MethodPut, "/api/v1/me/availability", object{"status": "away"}, nil); err != nil {
		return err
	}
	if err := s.Phone.AddNumber(phoneNumber, "5491140001234", accessToken); err != nil {
		return err
	}
	var channel struct {
		ID      chat.ChannelID
		StoreID chat.StoreID
	}
	if err := s.owner.call(ctx, http.MethodPost, "/api/v1/channels", object{
		"type": "whatsapp", "name": "WhatsApp", "externalId": phoneNumber, "credentials": object{"accessToken": accessToken},
	}, &channel); err != nil {
		return err
	}
	s.channel, s.store = channel.ID, channel.StoreID
	return s.Settle(ctx)
}

// fill writes a fixture of which fanout does not hear: twenty thousand conversations would be offered one by one before anything is
// measured.
func (s *shop) fill(ctx context.Context, spec fixture.Spec) error {
	s.filling.Store(true)
	defer s.filling.Store(false)
	if err := fixture.Write(ctx, s.Engine.Client(), s.Tables(), spec); err != nil {
		return err
	}
	return s.Settle(ctx)
}

// operators makes colleagues who may see everything.
func (s *shop) operators(ctx context.Context, n int) ([]caller, error) {
	var list []caller
	for i := range n {
		email := "operador" + strconv.Itoa(i) + "@recado.example"
		var made struct{ ID string }
		if err := s.owner.call(ctx, http.MethodPost, "/api/v1/operators", object{
			"name": "Operador " + strconv.Itoa(i), "email": email, "role": "admin", "password": password,
		}, &made); err != nil {
			return nil, err
		}
		c := caller{shop: s, id: made.ID}
		var in struct{ AccessToken string }
		if err := c.call(ctx, http.MethodPost, "/api/v1/auth/sign-in", object{"email": email, "password": password, "client": "api"}, &in); err != nil {
			return nil, err
		}
		c.token = in.AccessToken
		list = append(list, c)
	}
	return list, nil
}

// call makes a request that must succeed.
func (c caller) call(ctx context.Context, method, path string, body, into any) error {
	var reader io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.shop.URL+path, reader)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.shop.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s answered %d %s", method, path, response.StatusCode, content)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(content, into)
}

// customer is the i-th customer's phone.
func customer(i int) string { return fmt.Sprintf("5491155%06d", i) }

// say posts a customer's text to the webhook, signed, as WhatsApp does, and waits for the acknowledgement.
func (s *shop) say(ctx context.Context, phone, id, text string) error {
	return s.post(ctx, object{"messages": []object{{
		"from": phone, "id": id, "timestamp": strconv.FormatInt(time.Now().Unix(), 10), "type": "text", "text": object{"body": text},
	}}, "contacts": []object{{"profile": object{"name": "Cliente " + phone}, "wa_id": phone}}})
}

// post sends one change of the number.
func (s *shop) post(ctx context.Context, value object) error {
	value["messaging_product"], value["metadata"] = "whatsapp", object{"phone_number_id": phoneNumber}
	body, err := json.Marshal(object{"object": "whatsapp_business_account", "entry": []object{
		{"id": "1", "changes": []object{{"field": "messages", "value": value}}},
	}})
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write(body)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/webhooks/whatsapp", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the webhook answered %d", response.StatusCode)
	}
	return nil
}
