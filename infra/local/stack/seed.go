package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

// The demonstration account.
const (
	DemoEmail      = "ana@demo.example" // its owner
	DemoSupervisor = "carla@demo.example"
	DemoOperator   = "bruno@demo.example"
	DemoPassword   = "recado-demo"
	DemoNumber     = "710000000000001" // phone_number_id
	DemoBot        = "7100000001:local-bot-token"
)

// Seed makes the demonstration account through the public API, as a customer would: an owner, two operators, a WhatsApp number,
// a Telegram bot and the shops' sites. Of an account that exists already, only the bot and the shops are brought up to date.
func (s *Stack) Seed(ctx context.Context) error {
	if err := s.Phone.AddNumber(DemoNumber, "5491140001234", "local-access-token"); err != nil {
		return fmt.Errorf("register the number: %w", err)
	}
	if err := s.Telegram.PutBot(DemoBot, "Tienda Demo", "tienda_demo_bot"); err != nil {
		return fmt.Errorf("register the bot: %w", err)
	}
	client := &seeder{ctx: ctx, url: s.URL}
	client.call(http.MethodPost, "/api/v1/auth/sign-up", map[string]any{
		"accountName": "Tienda Demo", "name": "Ana Ruiz", "email": DemoEmail, "password": DemoPassword,
		"language": "es", "timeZone": "America/Argentina/Buenos_Aires", "client": "api",
	}, &client.signedIn)
	if client.status == http.StatusConflict {
		client.call(http.MethodPost, "/api/v1/auth/sign-in", map[string]any{"email": DemoEmail, "password": DemoPassword, "client": "api"}, &client.signedIn)
		if client.status == http.StatusUnauthorized {
			return nil // the account's password was changed
		}
		s.connectBot(client)
		s.connectShops(client)
		return client.err
	}
	for _, person := range []map[string]any{
		{"name": "Bruno Díaz", "email": DemoOperator, "role": "operator", "password": DemoPassword},
		{"name": "Carla Souza", "email": DemoSupervisor, "role": "supervisor", "password": DemoPassword},
	} {
		client.call(http.MethodPost, "/api/v1/operators", person, nil)
	}
	client.call(http.MethodPost, "/api/v1/channels", map[string]any{
		"type": "whatsapp", "name": "WhatsApp Tienda Demo", "externalId": DemoNumber,
		"credentials": map[string]string{"accessToken": "local-access-token"},
		"settings":    map[string]string{"displayPhone": "+54 9 11 4000-1234", "businessAccountId": whatsapp.BusinessAccount},
	}, nil)
	s.connectBot(client)
	s.connectShops(client)
	client.call(http.MethodPut, "/api/v1/distribution", map[string]any{"mode": "account"}, nil)
	if client.err != nil {
		return client.err
	}
	token, err := s.mailedToken(ctx)
	if err != nil {
		return err
	}
	client.call(http.MethodPost, "/api/v1/auth/verify", map[string]any{"token": token}, nil)
	return client.err
}

// connectBot connects the bot. The bot of an earlier run gets its token anew, so that its webhook has this run's address.
func (s *Stack) connectBot(client *seeder) {
	var channels struct {
		Items []struct {
			ID, Type string
			Version  int
		}
	}
	client.call(http.MethodGet, "/api/v1/channels", nil, &channels)
	credentials := map[string]string{"accessToken": DemoBot}
	for _, c := range channels.Items {
		if c.Type == "telegram" {
			client.call(http.MethodPatch, "/api/v1/channels/"+c.ID, map[string]any{"credentials": credentials, "version": c.Version}, nil)
			return
		}
	}
	client.call(http.MethodPost, "/api/v1/channels", map[string]any{
		"type": "telegram", "name": "Telegram Tienda Demo", "credentials": credentials,
	}, nil)
}

var tokenInLink = regexp.MustCompile(`token=(\S+)`)

// mailedToken is the token that confirms the owner's address.
func (s *Stack) mailedToken(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	mail, err := s.Mail.Wait(ctx, DemoEmail, "")
	if err != nil {
		return "", fmt.Errorf("confirm the owner's address: %w", err)
	}
	found := tokenInLink.FindStringSubmatch(mail.Text)
	if found == nil {
		return "", fmt.Errorf("confirm the owner's address: no token in %q", mail.Subject)
	}
	return found[1], nil
}

// seeder keeps the first error of a row of calls.
type seeder struct {
	ctx      context.Context
	url      string
	signedIn struct {
		AccessToken string `json:"accessToken"`
	}
	status int
	err    error
}

func (c *seeder) call(method, path string, body, answer any) {
	if c.err != nil {
		return
	}
	payload, err := json.Marshal(body)
	if err != nil {
		c.err = fmt.Errorf("encode %s: %w", path, err)
		return
	}
	request, err := http.NewRequestWithContext(c.ctx, method, c.url+path, bytes.NewReader(payload))
	if err != nil {
		c.err = fmt.Errorf("call %s: %w", path, err)
		return
	}
	request.Header.Set("Content-Type", "application/json")
	if c.signedIn.AccessToken != "" {
		request.Header.Set("Authorization", "Bearer "+c.signedIn.AccessToken)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.err = fmt.Errorf("call %s: %w", path, err)
		return
	}
	defer response.Body.Close()
	c.status = response.StatusCode
	content, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		c.err = fmt.Errorf("call %s: %w", path, err)
	case c.signedIn.AccessToken == "" && (c.status == http.StatusConflict || c.status == http.StatusUnauthorized):
	case c.status >= http.StatusBadRequest:
		c.err = fmt.Errorf("call %s: %d %s", path, c.status, content)
	case answer != nil:
		if err := json.Unmarshal(content, answer); err != nil {
			c.err = fmt.Errorf("read the answer of %s: %w", path, err)
		}
	}
}
