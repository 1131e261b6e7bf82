package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/recado-chat/recado/infra/local/sim"
)

// getMe returns the bot: https://core.telegram.org/bots/api#getme
func (s *Simulator) getMe(c *call) (any, *apiError) {
	me := botUser(c.bot)
	for _, capability := range []string{"can_read_all_group_messages", "supports_inline_queries", "can_connect_to_business", "has_main_web_app"} {
		me[capability] = false
	}
	me["can_join_groups"] = true
	return me, nil
}

// secretPattern is of setWebhook's secret_token: 1-256 characters.
var secretPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{0,256}$`)

// setWebhook sets the address of a bot's updates: https://core.telegram.org/bots/api#setwebhook. The provider takes HTTPS on ports
// 443, 80, 88 and 8443 only; this simulator takes HTTP to the loopback address, too.
func (s *Simulator) setWebhook(c *call) (any, *apiError) {
	address := c.args["url"]
	if address == "" {
		return s.deleteWebhook(c)
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, badRequest("invalid webhook URL specified")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, badRequest("bad webhook: An HTTPS URL must be provided for webhook")
	}
	secret := c.args["secret_token"]
	if len(secret) > 256 {
		return nil, badRequest("secret token is too long")
	}
	if !secretPattern.MatchString(secret) {
		return nil, badRequest("secret token contains unallowed characters")
	}
	var allowed *[]string
	if problem := c.decodeArg("allowed_updates", &allowed); problem != nil {
		return nil, problem
	}
	description := "Webhook was set"
	problem := s.changeWebhook(c, func(w *webhook) {
		if w.URL == address && w.Secret == secret {
			description = "Webhook is already set"
		}
		w.URL, w.Secret = address, secret
		if allowed != nil { // otherwise the previous list stays
			w.Allowed = *allowed
		}
	})
	return done{true, description}, problem
}

// deleteWebhook removes the address: https://core.telegram.org/bots/api#deletewebhook. Updates wait for the next one.
func (s *Simulator) deleteWebhook(c *call) (any, *apiError) {
	description := "Webhook is already deleted"
	problem := s.changeWebhook(c, func(w *webhook) {
		if w.URL != "" {
			description = "Webhook was deleted"
		}
		w.URL, w.Secret = "", ""
	})
	return done{true, description}, problem
}

func (s *Simulator) changeWebhook(c *call, change func(*webhook)) *apiError {
	s.Lock()
	defer s.Unlock()
	changed := *s.webhookOf(c.bot.ID)
	change(&changed)
	err := s.saveWebhook(&changed)
	if err == nil && c.flag("drop_pending_updates") {
		err = s.Drop(c.bot.ID)
	}
	if err != nil {
		return internal(err)
	}
	s.Resume(c.bot.ID)
	return nil
}

// webhookOf is what a bot set. The caller holds the lock.
func (s *Simulator) webhookOf(bot string) *webhook {
	if s.webhooks[bot] == nil {
		s.webhooks[bot] = &webhook{Bot: bot}
	}
	return s.webhooks[bot]
}

func (s *Simulator) saveWebhook(w *webhook) error {
	s.webhooks[w.Bot] = w
	return s.Save(sim.Record{Other: stored{w}})
}

func internal(err error) *apiError {
	return &apiError{code: http.StatusInternalServerError, description: "Internal Server Error: " + err.Error()}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// getWebhookInfo returns the state of the webhook: https://core.telegram.org/bots/api#webhookinfo
func (s *Simulator) getWebhookInfo(c *call) (any, *apiError) {
	s.Lock()
	defer s.Unlock()
	w := s.webhookOf(c.bot.ID)
	info := object{"url": w.URL, "has_custom_certificate": false, "pending_update_count": s.Pending(c.bot.ID)}
	if w.URL != "" {
		info["max_connections"], info["ip_address"] = 40, "127.0.0.1"
	}
	if w.lastErrorDate > 0 {
		info["last_error_date"], info["last_error_message"] = w.lastErrorDate, w.lastError
	}
	if s.Stopped() && s.Pending(c.bot.ID) > 0 {
		info["last_error_date"], info["last_error_message"] = s.options.Now().Unix(), "Connection timed out"
	}
	if len(w.Allowed) > 0 {
		info["allowed_updates"] = w.Allowed
	}
	return info, nil
}

// excluded are the updates that a bot gets only if allowed_updates names them.
var excluded = []string{"chat_member", "message_reaction", "message_reaction_count"}

func (w *webhook) allows(kind string) bool {
	if len(w.Allowed) == 0 {
		return !slices.Contains(excluded, kind)
	}
	return slices.Contains(w.Allowed, kind)
}

// post makes one attempt to deliver an update. Every 2xx status is an acceptance.
func (s *Simulator) post(ctx context.Context, w *sim.Webhook) error {
	s.Lock()
	target := *s.webhookOf(w.Account)
	s.Unlock()
	if target.URL == "" {
		return sim.ErrNoWebhook
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target.URL, bytes.NewReader(w.Body))
	if err != nil {
		return fmt.Errorf("make the request of an update: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	if target.Secret != "" {
		request.Header.Set("X-Telegram-Bot-Api-Secret-Token", target.Secret)
	}
	status, answer, err := sim.Call(s.options.Client, request)
	if err == nil && (status < 200 || status > 299) {
		err = fmt.Errorf("wrong response from the webhook: %d %s", status, http.StatusText(status))
	}
	if err == nil {
		s.callInAnswer(w.Account, answer)
	}
	if err != nil && ctx.Err() == nil {
		s.Lock()
		defer s.Unlock()
		current := s.webhookOf(w.Account)
		current.lastError, current.lastErrorDate = strings.ToUpper(err.Error()[:1])+err.Error()[1:], s.options.Now().Unix()
	}
	return err
}

// callInAnswer makes the method call that the answer to a webhook may be. Nobody learns its result.
// https://core.telegram.org/bots/api#making-requests-when-getting-updates
func (s *Simulator) callInAnswer(bot string, answer []byte) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(answer, &fields) != nil {
		return
	}
	c := &call{args: map[string]string{}, files: map[string]sim.Upload{}}
	for name, value := range fields {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		c.args[name] = text
	}
	c.method = strings.ToLower(c.args["method"])
	s.Lock()
	c.bot = s.Account(bot)
	s.Unlock()
	if work := s.methods()[c.method]; work != nil && c.bot != nil {
		_, _ = work(c)
	}
}
