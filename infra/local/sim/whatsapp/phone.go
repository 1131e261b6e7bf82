package whatsapp

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"strings"
	"time"
)

//go:embed page
var page embed.FS

// maxShown bounds how many messages the page gets at once.
const maxShown = 1000

// Handler serves the Graph API under /graph/, the control API under /local/sim/whatsapp/ and the phone under /local/phone/.
func (s *Simulator) Handler() http.Handler {
	mux := http.NewServeMux()
	s.graphRoutes(mux)
	const control = "/local/sim/whatsapp"
	mux.HandleFunc("GET "+control+"/state", s.getState)
	mux.HandleFunc("GET "+control+"/events", s.getEvents)
	mux.HandleFunc("GET "+control+"/media/{id}", s.getMedia)
	mux.HandleFunc("POST "+control+"/numbers", posted(func(_ *http.Request, n Number) (any, error) { return nil, s.PutNumber(n) }))
	mux.HandleFunc("POST "+control+"/customers", posted(func(_ *http.Request, c Customer) (any, error) { return nil, s.PutCustomer(c) }))
	mux.HandleFunc("POST "+control+"/customers/{phone}/messages", s.postCustomerMessage)
	mux.HandleFunc("POST "+control+"/customers/{phone}/read", posted(s.postLook))
	mux.HandleFunc("POST "+control+"/customers/{phone}/echo", posted(s.postEcho))
	mux.HandleFunc("POST "+control+"/customers/{phone}/past", posted(s.postPast))
	mux.HandleFunc("POST "+control+"/customers/{phone}/preference", posted(s.postPreference))
	mux.HandleFunc("POST "+control+"/verdicts", posted(func(_ *http.Request, v Verdict) (any, error) { return nil, s.Judge(v) }))
	mux.HandleFunc("POST "+control+"/messages/{id}/status", posted(s.postStatus))
	mux.HandleFunc("POST "+control+"/messages/{id}/change", posted(func(r *http.Request, c Change) (any, error) { return nil, s.Change(r.PathValue("id"), c) }))
	mux.HandleFunc("POST "+control+"/messages/{id}/tap", posted(s.postTap))
	mux.HandleFunc("GET "+control+"/templates", func(w http.ResponseWriter, _ *http.Request) { reply(w, s.Templates(), nil) })
	mux.HandleFunc("POST "+control+"/templates", posted(func(_ *http.Request, t Template) (any, error) { return nil, s.PutTemplate(t) }))
	mux.HandleFunc("POST "+control+"/templates/{name}/review", posted(s.postReview))
	mux.HandleFunc("POST "+control+"/faults", posted(func(_ *http.Request, f Fault) (any, error) { return nil, s.Fail(f) }))
	mux.HandleFunc("DELETE "+control+"/faults", func(w http.ResponseWriter, _ *http.Request) {
		s.ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST "+control+"/handshake", posted(func(r *http.Request, _ struct{}) (any, error) { return nil, s.Handshake(r.Context()) }))
	mux.HandleFunc("POST "+control+"/webhooks", s.postRaw)
	mux.Handle("GET /local/phone/", phonePage())
	return mux
}

// phonePage serves the page, which runs nothing but its own files.
func phonePage() http.Handler {
	files, err := fs.Sub(page, "page")
	if err != nil {
		panic("whatsapp: the embedded page is gone: " + err.Error()) // impossible: the directory is part of the binary
	}
	serve := http.StripPrefix("/local/phone/", http.FileServerFS(files))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'")
		w.Header().Set("Cache-Control", "no-cache")
		serve.ServeHTTP(w, r)
	})
}

// posted reads a JSON body, which may be empty, and answers what came of it.
func posted[T any](do func(*http.Request, T) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in T
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
		if err == nil && len(body) > 0 {
			err = json.Unmarshal(body, &in)
		}
		var answer any
		if err == nil {
			answer, err = do(r, in)
		}
		reply(w, answer, err)
	}
}

func reply(w http.ResponseWriter, answer any, err error) {
	switch {
	case err != nil:
		writeJSON(w, http.StatusBadRequest, object{"error": err.Error()})
	case answer == nil:
		writeJSON(w, http.StatusOK, object{})
	default:
		writeJSON(w, http.StatusOK, answer)
	}
}

type state struct {
	Numbers     []Number   `json:"numbers"`
	Customers   []Customer `json:"customers"`
	Messages    []Message  `json:"messages"` // the newest, oldest first
	Undelivered int        `json:"undelivered"`
	GivenUp     int        `json:"givenUp"`
}

func (s *Simulator) getState(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.state())
}

func (s *Simulator) state() state {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := state{Numbers: []Number{}, Customers: []Customer{}, Messages: []Message{}, Undelivered: len(s.pending), GivenUp: s.givenUp}
	for _, n := range s.numbers {
		shown := *n
		shown.Token = ""
		now.Numbers = append(now.Numbers, shown)
	}
	for _, c := range s.customers {
		now.Customers = append(now.Customers, *c)
	}
	for _, m := range s.messages[max(0, len(s.messages)-maxShown):] {
		now.Messages = append(now.Messages, *m)
	}
	return now
}

// heartbeat keeps proxies from closing a quiet stream.
const heartbeat = 20 * time.Second

// getEvents streams what happens. It ends when the page lags, and the page starts over.
func (s *Simulator) getEvents(w http.ResponseWriter, r *http.Request) {
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
			line = ": still here\n\n"
		case <-r.Context().Done():
			return
		case <-s.context.Done():
			return
		}
	}
}

func (s *Simulator) getMedia(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	file := s.files[r.PathValue("id")]
	s.mu.Unlock()
	if file == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", file.Mime)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !strings.HasPrefix(file.Mime, "image/") && !strings.HasPrefix(file.Mime, "audio/") && !strings.HasPrefix(file.Mime, "video/") {
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	}
	http.ServeFile(w, r, s.mediaPath(file.ID))
}

// postCustomerMessage takes {"number"?,"text","type"?,"replyTo"?,"fields"?} or a form with file, text and number.
func (s *Simulator) postCustomerMessage(w http.ResponseWriter, r *http.Request) {
	in, err := incoming(w, r)
	if err != nil {
		reply(w, nil, err)
		return
	}
	in.From = r.PathValue("phone")
	ids, err := s.Deliver(in)
	if err != nil {
		reply(w, nil, err)
		return
	}
	writeJSON(w, http.StatusCreated, object{"id": ids[0]})
}

func incoming(w http.ResponseWriter, r *http.Request) (Incoming, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		var body struct {
			Number  string         `json:"number"`
			Text    string         `json:"text"`
			Type    string         `json:"type"`
			ReplyTo string         `json:"replyTo"`
			Fields  map[string]any `json:"fields"`
		}
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&body); err != nil {
			return Incoming{}, fmt.Errorf("read the message: %w", err)
		}
		return Incoming{Number: body.Number, Text: body.Text, Type: body.Type, ReplyTo: body.ReplyTo, Fields: body.Fields}, nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload+maxRequest)
	content, header, err := r.FormFile("file")
	if err != nil {
		return Incoming{}, fmt.Errorf("read the file: %w", err)
	}
	defer func() { _ = content.Close() }() // only read
	bytes, err := io.ReadAll(content)
	if err != nil {
		return Incoming{}, fmt.Errorf("read the file: %w", err)
	}
	upload := &Upload{Name: header.Filename, Mime: header.Header.Get("Content-Type"), Content: bytes}
	return Incoming{
		Number: r.FormValue("number"), Text: r.FormValue("text"), ReplyTo: r.FormValue("replyTo"),
		Type: cmp.Or(r.FormValue("type"), kindOf(upload.Mime)), File: upload,
	}, nil
}

// kindOf is how a phone sends a file: what it cannot show goes as a document.
func kindOf(mimeType string) string {
	base, _, _ := strings.Cut(mimeType, ";")
	switch {
	case base == "image/jpeg", base == "image/png":
		return "image"
	case base == "image/webp":
		return "sticker"
	case strings.HasPrefix(base, "audio/"):
		return "audio"
	case base == "video/mp4", base == "video/3gpp":
		return "video"
	}
	return "document"
}

func (s *Simulator) postLook(r *http.Request, in struct {
	Number string `json:"number"`
},
) (any, error) {
	return nil, s.Look(in.Number, r.PathValue("phone"))
}

func (s *Simulator) postEcho(r *http.Request, in struct {
	Number string `json:"number"`
	Text   string `json:"text"`
},
) (any, error) {
	id, err := s.Echo(in.Number, r.PathValue("phone"), in.Text)
	return object{"id": id}, err
}

func (s *Simulator) postStatus(r *http.Request, in struct {
	Status string `json:"status"`
	Code   int    `json:"code"`
},
) (any, error) {
	return nil, s.SetStatus(r.PathValue("id"), in.Status, in.Code)
}

func (s *Simulator) postTap(r *http.Request, in struct {
	Option string `json:"option"`
},
) (any, error) {
	id, err := s.Tap(r.PathValue("id"), in.Option)
	return object{"id": id}, err
}

func (s *Simulator) postReview(r *http.Request, in struct {
	Language string `json:"language"`
	Status   string `json:"status"`
	Reason   string `json:"reason"`
},
) (any, error) {
	return nil, s.ReviewTemplate(r.PathValue("name"), in.Language, in.Status, in.Reason)
}

// postRaw signs the body as it is and calls the business with it. It answers what the business said.
func (s *Simulator) postRaw(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpload))
	if err != nil {
		reply(w, nil, err)
		return
	}
	status, err := s.Post(r.Context(), body)
	reply(w, object{"status": status}, err)
}
