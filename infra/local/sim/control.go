package sim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// Limits of requests, in bytes.
const (
	MaxRequest = 1 << 20
	MaxUpload  = 100 << 20
)

// Control is the API with which the page and tests act as the customers: JSON, under /local/sim/<name>.
type Control struct {
	Name     string // the provider's, in lower case
	Store    *Store
	Faults   *Faults
	Provider Provider
}

// Path is the prefix of the API, without a slash at the end.
func (c *Control) Path() string { return "/local/sim/" + c.Name }

// Register adds the API to a mux. A provider adds its own calls beside it, with Posted.
func (c *Control) Register(mux *http.ServeMux) {
	handle := func(pattern string, h http.HandlerFunc) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+c.Path()+path, h)
	}
	handle("GET /state", func(w http.ResponseWriter, _ *http.Request) { Reply(w, c.Store.state(), nil) })
	handle("GET /events", c.Store.getEvents)
	handle("GET /media/{id}", c.Store.getMedia)
	handle("POST /accounts", Posted(func(_ *http.Request, a Account) (any, error) { return nil, c.Provider.PutAccount(a) }))
	handle("POST /customers", Posted(func(_ *http.Request, in Customer) (any, error) { return c.Provider.AddCustomer(in) }))
	handle("POST /customers/{id}/messages", c.postMessage)
	handle("POST /customers/{id}/read", Posted(c.postRead))
	handle("POST /messages/{id}/change", Posted(func(r *http.Request, in Change) (any, error) { return nil, c.Provider.Change(r.PathValue("id"), in) }))
	handle("POST /messages/{id}/tap", Posted(c.postTap))
	handle("POST /hostile", Posted(c.postHostile))
	handle("POST /faults", Posted(func(_ *http.Request, f Fault) (any, error) { return nil, c.Faults.Fail(f) }))
	handle("POST /delivery", Posted(func(_ *http.Request, in struct {
		Stopped bool `json:"stopped"`
	},
	) (any, error) {
		c.Store.StopWebhooks(in.Stopped)
		return nil, nil
	}))
	handle("DELETE /faults", func(w http.ResponseWriter, _ *http.Request) {
		c.Faults.ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	})
}

// Posted decodes a JSON body, which may be empty, and answers with the result.
func Posted[T any](do func(*http.Request, T) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in T
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxRequest))
		if err == nil && len(body) > 0 {
			err = json.Unmarshal(body, &in)
		}
		var answer any
		if err == nil {
			answer, err = do(r, in)
		}
		Reply(w, answer, err)
	}
}

// Reply answers with a result, with {} if it is nil, or with 400 {"error"}.
func Reply(w http.ResponseWriter, answer any, err error) {
	switch {
	case err != nil:
		WriteJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
	case answer == nil:
		WriteJSON(w, http.StatusOK, struct{}{})
	default:
		WriteJSON(w, http.StatusOK, answer)
	}
}

// WriteJSON answers with a JSON body.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller may be gone
}

// maxShown bounds how many messages the page gets at once.
const maxShown = 1000

type state struct {
	Accounts    []Account  `json:"accounts"`
	Customers   []Customer `json:"customers"`
	Messages    []Message  `json:"messages"` // the newest, oldest first
	Undelivered int        `json:"undelivered"`
	GivenUp     int        `json:"givenUp"`
}

func (s *Store) state() state {
	s.Lock()
	defer s.Unlock()
	now := state{Accounts: []Account{}, Customers: []Customer{}, Messages: []Message{}, Undelivered: len(s.pending), GivenUp: s.givenUp}
	for _, a := range s.accounts {
		now.Accounts = append(now.Accounts, withoutToken(*a))
	}
	for _, c := range s.customers {
		now.Customers = append(now.Customers, *c)
	}
	for _, m := range s.messages[max(0, len(s.messages)-maxShown):] {
		now.Messages = append(now.Messages, *m)
	}
	return now
}

// heartbeat keeps proxies from closing an idle stream.
const heartbeat = 20 * time.Second

// getEvents streams events as server-sent events. It ends when the page lags; the page then reloads the state.
func (s *Store) getEvents(w http.ResponseWriter, r *http.Request) {
	stream := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	events, stop := s.watch()
	defer stop()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	line := "retry: 500\nevent: hello\ndata: {}\n\n"
	for {
		if _, err := io.WriteString(w, line); err != nil || stream.Flush() != nil {
			return
		}
		select {
		case e, open := <-events:
			if !open {
				return
			}
			data, err := json.Marshal(e)
			if err != nil {
				return
			}
			line = "data: " + string(data) + "\n\n"
		case <-beat.C:
			line = ": heartbeat\n\n"
		case <-r.Context().Done():
			return
		case <-s.Done():
			return
		}
	}
}

// postMessage takes {"account"?,"text","type"?,"replyTo"?,"place"?,"card"?,"fields"?}, or a form with file, text, account, type and replyTo.
func (c *Control) postMessage(w http.ResponseWriter, r *http.Request) {
	in, err := decodeIncoming(w, r)
	if err != nil {
		Reply(w, nil, err)
		return
	}
	in.From = r.PathValue("id")
	id, err := c.Provider.Write(in)
	if err != nil {
		Reply(w, nil, err)
		return
	}
	WriteJSON(w, http.StatusCreated, map[string]string{"id": id})
}

func decodeIncoming(w http.ResponseWriter, r *http.Request) (Incoming, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		var body struct {
			Account string         `json:"account"`
			Text    string         `json:"text"`
			Type    string         `json:"type"`
			ReplyTo string         `json:"replyTo"`
			Place   *Place         `json:"place"`
			Card    *Card          `json:"card"`
			Fields  map[string]any `json:"fields"`
		}
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, MaxRequest)).Decode(&body); err != nil {
			return Incoming{}, fmt.Errorf("decode the message: %w", err)
		}
		return Incoming{
			Account: body.Account, Text: body.Text, Type: body.Type, ReplyTo: body.ReplyTo, Place: body.Place, Card: body.Card, Fields: body.Fields,
		}, nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, MaxUpload+MaxRequest)
	content, header, err := r.FormFile("file")
	if err != nil {
		return Incoming{}, fmt.Errorf("read the file: %w", err)
	}
	defer content.Close()
	bytes, err := io.ReadAll(content)
	if err != nil {
		return Incoming{}, fmt.Errorf("read the file: %w", err)
	}
	upload := &Upload{Name: header.Filename, Mime: header.Header.Get("Content-Type"), Content: bytes}
	return Incoming{
		Account: r.FormValue("account"), Text: r.FormValue("text"), ReplyTo: r.FormValue("replyTo"),
		Type: cmp.Or(r.FormValue("type"), KindOf(upload.Mime)), File: upload,
	}, nil
}

func (c *Control) postRead(r *http.Request, in struct {
	Account string `json:"account"`
},
) (any, error) {
	return nil, c.Provider.Read(in.Account, r.PathValue("id"))
}

func (c *Control) postTap(r *http.Request, in struct {
	Option string `json:"option"`
},
) (any, error) {
	id, err := c.Provider.Tap(r.PathValue("id"), in.Option)
	return map[string]string{"id": id}, err
}
