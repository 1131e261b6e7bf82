package telegram

import (
	"net/http"

	"github.com/recado-chat/recado/infra/local/sim"
)

// Routes are the Bot API, the control API and the phone page.
func (s *Simulator) Routes() []string {
	return []string{prefix, s.control().Path() + "/", s.Page().Path}
}

// Page is the phone page.
func (s *Simulator) Page() sim.Link {
	return sim.Link{Title: "Telegram phone", Path: "/local/telegram/"}
}

func (s *Simulator) control() *sim.Control {
	return &sim.Control{Name: "telegram", Store: s.Store, Faults: &s.Faults, Provider: s}
}

// Handler serves the Bot API under /telegram/, the control API under /local/sim/telegram/ and the phone page.
func (s *Simulator) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(prefix, s.serveAPI)
	control := s.control()
	control.Register(mux)
	mux.HandleFunc("POST "+control.Path()+"/customers/{id}/block", sim.Posted(s.postBlock))
	sim.Page{
		Link: s.Page(), API: control.Path(), Accounts: "Bot", NoDelete: true, Block: true,
		Reactions: []string{"👍", "❤", "🔥", "🎉", "😢", "🙏"},
		Fields: []sim.Field{
			{Name: "name", Label: "Name", Placeholder: "Ana Pérez", Required: true},
			{Name: "username", Label: "Username", Placeholder: "ana_perez"},
			{Name: "group", Label: "A group chat", Check: true},
		},
	}.Register(mux)
	return mux
}

func (s *Simulator) postBlock(r *http.Request, in struct {
	Account string `json:"account"`
	Blocked bool   `json:"blocked"`
},
) (any, error) {
	return nil, s.Block(in.Account, r.PathValue("id"), in.Blocked)
}
