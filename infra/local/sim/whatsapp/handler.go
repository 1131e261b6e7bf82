package whatsapp

import (
	"io"
	"net/http"

	"github.com/recado-chat/recado/infra/local/sim"
)

// Routes are the Graph API, the control API and the phone page.
func (s *Simulator) Routes() []string {
	return []string{"/graph/", s.control().Path() + "/", s.Page().Path}
}

// Page is the phone page.
func (s *Simulator) Page() sim.Link { return sim.Link{Title: "WhatsApp phone", Path: "/local/phone/"} }

func (s *Simulator) control() *sim.Control {
	return &sim.Control{Name: "whatsapp", Store: s.Store, Faults: &s.Faults, Provider: s}
}

// Handler serves the Graph API under /graph/, the control API under /local/sim/whatsapp/ and the phone page.
func (s *Simulator) Handler() http.Handler {
	mux := http.NewServeMux()
	s.graphRoutes(mux)
	control := s.control()
	control.Register(mux)
	path := control.Path()
	mux.HandleFunc("POST "+path+"/customers/{id}/echo", sim.Posted(s.postEcho))
	mux.HandleFunc("POST "+path+"/customers/{id}/history", sim.Posted(s.postHistory))
	mux.HandleFunc("POST "+path+"/customers/{id}/preference", sim.Posted(s.postPreference))
	mux.HandleFunc("POST "+path+"/messages/{id}/status", sim.Posted(s.postStatus))
	mux.HandleFunc("GET "+path+"/templates", func(w http.ResponseWriter, _ *http.Request) { sim.Reply(w, s.Templates(), nil) })
	mux.HandleFunc("POST "+path+"/templates", sim.Posted(func(_ *http.Request, t Template) (any, error) { return nil, s.PutTemplate(t) }))
	mux.HandleFunc("POST "+path+"/templates/{name}/review", sim.Posted(s.postReview))
	mux.HandleFunc("POST "+path+"/template-updates", sim.Posted(func(_ *http.Request, u TemplateUpdate) (any, error) { return nil, s.SendTemplateUpdate(u) }))
	mux.HandleFunc("POST "+path+"/handshake", sim.Posted(func(r *http.Request, _ struct{}) (any, error) { return nil, s.Handshake(r.Context()) }))
	mux.HandleFunc("POST "+path+"/webhooks", s.postRaw)
	sim.Page{
		Link: s.Page(), API: path, Accounts: "Business number",
		Reactions: []string{"👍", "❤️", "😂", "😮", "😢", "🙏"},
		Fields: []sim.Field{
			{Name: "phone", Label: "Phone", Placeholder: "5491155550101", Pattern: `[+0-9 \-]{6,}`, Required: true, Digits: true},
			{Name: "name", Label: "Name", Placeholder: "Ana Pérez"},
			{Name: "username", Label: "Username", Placeholder: "ana.p"},
			{Name: "hidePhone", Label: "Hides the phone number", Check: true},
		},
	}.Register(mux)
	return mux
}

func (s *Simulator) postEcho(r *http.Request, in struct {
	Account string `json:"account"`
	Text    string `json:"text"`
},
) (any, error) {
	id, err := s.Echo(in.Account, r.PathValue("id"), in.Text)
	return object{"id": id}, err
}

func (s *Simulator) postStatus(r *http.Request, in struct {
	Status string `json:"status"`
	Code   int    `json:"code"`
},
) (any, error) {
	return nil, s.SetStatus(r.PathValue("id"), in.Status, in.Code)
}

func (s *Simulator) postReview(r *http.Request, in struct {
	Language string `json:"language"`
	Status   string `json:"status"`
	Reason   string `json:"reason"`
},
) (any, error) {
	return nil, s.ReviewTemplate(r.PathValue("name"), in.Language, in.Status, in.Reason)
}

// postRaw signs the request's body as it is, sends it to the business and returns the business's status.
func (s *Simulator) postRaw(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, sim.MaxUpload))
	if err != nil {
		sim.Reply(w, nil, err)
		return
	}
	status, err := s.Post(r.Context(), body)
	sim.Reply(w, object{"status": status}, err)
}
