package whatsapp

import (
	"fmt"
	"net/http"

	"github.com/recado-chat/recado/infra/local/sim"
)

// SendMarketingPreference reports that a customer stops or resumes marketing messages of the business.
func (s *Simulator) SendMarketingPreference(number, customer string, stop bool) error {
	s.Lock()
	defer s.Unlock()
	n := s.Account(number)
	if n == nil {
		return fmt.Errorf("there is no business number %q", number)
	}
	c, err := s.customer(customer)
	if err != nil {
		return err
	}
	preference := object{"user_id": c.UserID, "category": "marketing_messages", "value": "resume", "timestamp": s.options.Now().Unix()}
	if stop {
		preference["value"] = "stop"
	}
	if !c.HidePhone {
		preference["wa_id"] = c.Phone
	}
	value := valueOf(n)
	addContact(value, contactOf(c))
	value["user_preferences"] = []any{preference}
	return s.notify(n.ID, c.Phone, "user_preferences", value)
}

// TemplateUpdate is a template's new status by Event, such as APPROVED, or its new quality, such as YELLOW.
type TemplateUpdate struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Event    string `json:"event"`
	Reason   string `json:"reason"`
	Quality  string `json:"quality"`
}

// SendTemplateUpdate reports a template's new status or quality to the business.
func (s *Simulator) SendTemplateUpdate(u TemplateUpdate) error {
	s.Lock()
	defer s.Unlock()
	field, value := "message_template_status_update", object{"event": u.Event, "reason": "NONE"}
	if u.Quality != "" {
		field, value = "message_template_quality_update", object{"new_quality_score": u.Quality}
	}
	if u.Reason != "" {
		value["reason"] = u.Reason
	}
	value["message_template_name"], value["message_template_language"] = u.Name, u.Language
	return s.notify("", "templates", field, value)
}

// notify sends a webhook of any field. The caller holds the lock.
func (s *Simulator) notify(number, lane, field string, value object) error {
	body, err := bodyOf(field, value)
	if err != nil {
		return err
	}
	return s.Save(sim.Record{Webhook: s.NewWebhook(number, lane, body)})
}

func (s *Simulator) postPreference(r *http.Request, in struct {
	Account string `json:"account"`
	Stop    bool   `json:"stop"`
},
) (any, error) {
	return nil, s.SendMarketingPreference(in.Account, r.PathValue("id"), in.Stop)
}
