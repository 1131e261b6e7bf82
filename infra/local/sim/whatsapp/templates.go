package whatsapp

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/recado-chat/recado/infra/local/sim"
)

// BusinessAccount is the id of the WhatsApp business account that every number belongs to.
const BusinessAccount = "700100200300400"

// Template is a message template.
type Template struct {
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Language string           `json:"language"`
	Category string           `json:"category"`
	Status   string           `json:"status"` // as Meta writes it: APPROVED, PAUSED, …
	Reason   string           `json:"reason,omitempty"`
	Quality  string           `json:"quality,omitempty"` // GREEN, YELLOW or RED
	Format   string           `json:"format,omitempty"`  // the header's: TEXT, IMAGE, …
	Header   string           `json:"header,omitempty"`
	Body     string           `json:"body"`
	Examples []string         `json:"examples,omitempty"` // of the header's placeholder, if any, then of the body's
	Footer   string           `json:"footer,omitempty"`
	Buttons  []TemplateButton `json:"buttons,omitempty"`
}

// TemplateButton is a button of a template.
type TemplateButton struct {
	Type string `json:"type"` // QUICK_REPLY, URL, …
	Text string `json:"text"`
	URL  string `json:"url,omitempty"`
}

// demoTemplates are the templates of a new data directory.
func demoTemplates() []*Template {
	return []*Template{
		{ID: "5001", Name: "pedido_listo", Language: "es_AR", Category: "UTILITY", Status: "APPROVED", Quality: "GREEN", Format: "TEXT", Header: "Hola {{1}}",
			Body: "Su pedido {{1}} ya está listo. Lo esperamos hasta las {{2}}.", Footer: "Tienda Demo", Examples: []string{"Ana", "número de pedido", "18 h"},
			Buttons: []TemplateButton{{Type: "QUICK_REPLY", Text: "Voy en camino"}, {Type: "QUICK_REPLY", Text: "Necesito ayuda"}}},
		{ID: "5002", Name: "retomar_contacto", Language: "es", Category: "UTILITY", Status: "APPROVED", Quality: "GREEN",
			Body: "Hola, quedó pendiente su consulta. ¿Seguimos?", Buttons: []TemplateButton{{Type: "QUICK_REPLY", Text: "Sí, sigamos"}}},
		{ID: "5003", Name: "oferta_da_semana", Language: "pt_BR", Category: "MARKETING", Status: "APPROVED", Quality: "YELLOW", Format: "IMAGE",
			Body: "Olá {{1}}, esta semana temos {{2}} com desconto.", Examples: []string{"Ana", "tênis"}, Buttons: []TemplateButton{{Type: "URL", Text: "Ver oferta", URL: "https://example.com/{{1}}"}}},
		{ID: "5004", Name: "order_shipped", Language: "en", Category: "UTILITY", Status: "APPROVED", Quality: "GREEN",
			Body: "Your order {{1}} is on its way.", Buttons: []TemplateButton{{Type: "URL", Text: "Track", URL: "https://example.com/track/{{1}}"}, {Type: "PHONE_NUMBER", Text: "Call us"}}},
		{ID: "5005", Name: "promo_pausada", Language: "es", Category: "MARKETING", Status: "PAUSED", Quality: "RED", Body: "¡Últimos días de rebajas!"},
		{ID: "5006", Name: "premio", Language: "es", Category: "MARKETING", Status: "REJECTED", Reason: "SCAM", Body: "Ganó un premio, responda con sus datos."},
		{ID: "5007", Name: "encuesta", Language: "pt_BR", Category: "UTILITY", Status: "PENDING", Body: "Como foi o atendimento, {{1}}?"},
	}
}

// Templates lists the templates of the business account.
func (s *Simulator) Templates() []Template {
	s.Lock()
	defer s.Unlock()
	var all []Template
	for _, t := range s.templates {
		all = append(all, *t)
	}
	return all
}

// PutTemplate adds or changes a template without a webhook.
func (s *Simulator) PutTemplate(t Template) error {
	if t.Name == "" || t.Language == "" {
		return errors.New("a template needs its name and language")
	}
	s.Lock()
	defer s.Unlock()
	return s.saveTemplate(&t)
}

// ReviewTemplate changes a template's status, as Meta's review does, and reports it to the business.
func (s *Simulator) ReviewTemplate(name, language, status, reason string) error {
	if err := s.review(name, language, status, reason); err != nil {
		return err
	}
	return s.SendTemplateUpdate(TemplateUpdate{Name: name, Language: language, Event: status, Reason: reason})
}

func (s *Simulator) review(name, language, status, reason string) error {
	s.Lock()
	defer s.Unlock()
	t := s.template(name, language)
	if t == nil {
		return fmt.Errorf("there is no template %q in %q", name, language)
	}
	changed := *t
	changed.Status, changed.Reason = status, reason
	return s.saveTemplate(&changed)
}

// saveTemplate keeps a template. The caller holds the lock.
func (s *Simulator) saveTemplate(t *Template) error {
	s.putTemplate(t)
	return s.Save(sim.Record{Other: stored{t}})
}

func (s *Simulator) putTemplate(t *Template) {
	s.templates = sim.Upsert(s.templates, t, func(t *Template) string { return t.Name + " " + t.Language })
}

// template finds one. The caller holds the lock.
func (s *Simulator) template(name, language string) *Template {
	i := slices.IndexFunc(s.templates, func(t *Template) bool { return t.Name == name && t.Language == language })
	if i < 0 {
		return nil
	}
	return s.templates[i]
}

// getTemplates returns one page of the templates.
func (s *Simulator) getTemplates(w http.ResponseWriter, r *http.Request) {
	f, ok := s.enter(w, r, "", OnTemplates)
	if !ok || s.struck(w, r, f) {
		return
	}
	if id := r.PathValue("id"); id != BusinessAccount {
		writeError(w, 0, graphError{Code: 100, Subcode: 33, Message: fmt.Sprintf("Unsupported get request. Object with ID '%s' does not exist", id)})
		return
	}
	all := s.Templates()
	from, limit := 0, 25
	if after := r.URL.Query().Get("after"); after != "" {
		from, _ = strconv.Atoi(after)
	}
	if asked, err := strconv.Atoi(r.URL.Query().Get("limit")); err == nil && asked > 0 {
		limit = asked
	}
	from = min(max(from, 0), len(all))
	to := min(from+limit, len(all))
	data := []any{}
	for _, t := range all[from:to] {
		data = append(data, t.wire())
	}
	paging := object{"cursors": object{"before": strconv.Itoa(from), "after": strconv.Itoa(to)}}
	if to < len(all) {
		paging["next"] = fmt.Sprintf("http://%s%s?after=%d", r.Host, r.URL.Path, to)
	}
	sim.WriteJSON(w, http.StatusOK, object{"data": data, "paging": paging})
}

func (t Template) wire() object {
	components, examples := []any{}, t.Examples
	if t.Format != "" {
		header := object{"type": "HEADER", "format": t.Format}
		if t.Header != "" {
			header["text"] = t.Header
		}
		if gaps := strings.Count(t.Header, "{{"); gaps > 0 && len(examples) >= gaps {
			header["example"] = object{"header_text": examples[:gaps]}
			examples = examples[gaps:]
		}
		components = append(components, header)
	}
	body := object{"type": "BODY", "text": t.Body}
	if len(examples) > 0 {
		body["example"] = object{"body_text": [][]string{examples}}
	}
	components = append(components, body)
	if t.Footer != "" {
		components = append(components, object{"type": "FOOTER", "text": t.Footer})
	}
	if len(t.Buttons) > 0 {
		components = append(components, object{"type": "BUTTONS", "buttons": t.Buttons})
	}
	wire := object{"id": t.ID, "name": t.Name, "language": t.Language, "category": t.Category, "status": t.Status, "components": components, "rejected_reason": "NONE"}
	if t.Reason != "" {
		wire["rejected_reason"] = t.Reason
	}
	if t.Quality != "" {
		wire["quality_score"] = object{"score": t.Quality}
	}
	return wire
}

// sendTemplate is a template as businesses post it.
type sendTemplate struct {
	Name     string `json:"name"`
	Language struct {
		Code string `json:"code"`
	} `json:"language"`
	Components []struct {
		Type       string              `json:"type"`
		SubType    string              `json:"sub_type"`
		Index      string              `json:"index"`
		Parameters []templateParameter `json:"parameters"`
	} `json:"components"`
}

type templateParameter struct {
	Type       string     `json:"type"`
	Text       string     `json:"text"`
	Payload    string     `json:"payload"`
	CouponCode string     `json:"coupon_code"`
	Image      *sendMedia `json:"image"`
	Video      *sendMedia `json:"video"`
	Document   *sendMedia `json:"document"`
	Location   *sendPlace `json:"location"`
}

var placeholders = regexp.MustCompile(`\{\{\s*\w+\s*\}\}`)

// filled replaces the placeholders of a text, or returns Meta's error for a wrong number of parameters.
func filled(where, text string, parameters []templateParameter) (string, *graphError) {
	var names []string
	for _, placeholder := range placeholders.FindAllString(text, -1) {
		if !slices.Contains(names, placeholder) {
			names = append(names, placeholder)
		}
	}
	if len(parameters) != len(names) {
		return "", &graphError{Code: 132000, Message: "(#132000) Number of parameters does not match the expected number of params", Details: fmt.Sprintf(
			"%s: number of localizable_params (%d) does not match the expected number of params (%d)", where, len(parameters), len(names))}
	}
	slices.Sort(names) // {{1}} before {{2}}
	var pairs []string
	for i, name := range names {
		pairs = append(pairs, name, parameters[i].Text)
	}
	return strings.NewReplacer(pairs...).Replace(text), nil
}

// fillTemplate renders the message that the customer sees, or returns Meta's error. The caller holds the lock.
func (s *Simulator) fillTemplate(m *Message, number string, sent sendTemplate) *graphError {
	t := s.template(sent.Name, sent.Language.Code)
	switch {
	case t == nil || t.Status == "REJECTED" || t.Status == "PENDING":
		return &graphError{Code: 132001, Message: "(#132001) Template name does not exist in the translation", Details: fmt.Sprintf("template name (%s) does not exist in %s", sent.Name, sent.Language.Code)}
	case t.Status == "PAUSED":
		return &graphError{Code: 132015, Message: "(#132015) Template is paused due to low quality"}
	case t.Status == "DISABLED":
		return &graphError{Code: 132016, Message: "(#132016) Template is disabled"}
	}
	var header, body []templateParameter
	buttons := map[int]templateParameter{}
	for _, c := range sent.Components {
		switch index, err := strconv.Atoi(c.Index); {
		case c.Type == "header":
			header = c.Parameters
		case c.Type == "body":
			body = c.Parameters
		case c.Type == "button" && err == nil && len(c.Parameters) == 1:
			buttons[index] = c.Parameters[0]
		default:
			return &graphError{Code: 132012, Message: "(#132012) Parameter format does not match format in the created template"}
		}
	}
	top, problem := s.fillHeader(m, number, *t, header)
	if problem != nil {
		return problem
	}
	text, problem := filled("body", t.Body, body)
	if problem != nil {
		return problem
	}
	m.Text = strings.Join(slices.DeleteFunc([]string{top, text, t.Footer}, func(s string) bool { return s == "" }), "\n\n")
	m.Template = t.Name
	for i, b := range t.Buttons {
		given, there := buttons[i]
		if strings.Contains(b.URL, "{{") && given.Text == "" {
			return &graphError{Code: 131008, Message: "(#131008) Required parameter is missing", Details: fmt.Sprintf("buttons: Button at index %d of type Url requires a parameter", i)}
		}
		option := Option{Title: b.Text}
		if b.Type == "QUICK_REPLY" {
			option.ID = b.Text
			if there {
				option.ID = given.Payload
			}
		}
		m.Options = append(m.Options, option)
	}
	return nil
}

func (s *Simulator) fillHeader(m *Message, number string, t Template, parameters []templateParameter) (string, *graphError) {
	if t.Format == "" || t.Format == "TEXT" {
		return filled("header", t.Header, parameters)
	}
	mismatch := &graphError{Code: 132012, Message: "(#132012) Parameter format does not match format in the created template", Details: "header: Format mismatch, expected " + t.Format}
	if len(parameters) != 1 || !strings.EqualFold(parameters[0].Type, t.Format) {
		return "", mismatch
	}
	if t.Format == "LOCATION" {
		m.Place = parameters[0].Location.place()
		return "", nil
	}
	media := map[string]*sendMedia{"IMAGE": parameters[0].Image, "VIDEO": parameters[0].Video, "DOCUMENT": parameters[0].Document}[t.Format]
	if media == nil {
		return "", mismatch
	}
	file := s.File(media.ID)
	if file == nil || file.Account != number {
		return "", &graphError{Code: 131053, Details: "The media of the header does not exist."}
	}
	shown := *file
	m.File = &shown
	return "", nil
}
