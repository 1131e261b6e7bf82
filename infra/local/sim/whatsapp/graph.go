package whatsapp

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/recado-chat/recado/infra/local/sim"
)

// Limits of the API.
const (
	urlLifetime = 5 * time.Minute
	window      = 24 * time.Hour // in which free messages may follow a customer's message
)

// uploadTypes are the accepted media types with their limits in bytes.
var uploadTypes = map[string]int64{
	"image/jpeg": 5 << 20, "image/png": 5 << 20, "image/webp": 500 << 10,
	"audio/aac": 16 << 20, "audio/amr": 16 << 20, "audio/mpeg": 16 << 20, "audio/mp4": 16 << 20, "audio/ogg": 16 << 20,
	"video/mp4": 16 << 20, "video/3gpp": 16 << 20,
	"text/plain": sim.MaxUpload, "application/pdf": sim.MaxUpload, "application/msword": sim.MaxUpload,
	"application/vnd.ms-excel": sim.MaxUpload, "application/vnd.ms-powerpoint": sim.MaxUpload,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   sim.MaxUpload,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         sim.MaxUpload,
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": sim.MaxUpload,
}

var userIDPattern = regexp.MustCompile(`^[A-Z]{2}\.[A-Za-z0-9.]+$`)

func (s *Simulator) graphRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /graph/{version}/{id}/messages", s.postMessages)
	mux.HandleFunc("POST /graph/{version}/{id}/media", s.postMedia)
	mux.HandleFunc("GET /graph/{version}/{id}/message_templates", s.getTemplates)
	mux.HandleFunc("GET /graph/{version}/{id}", s.getObject)
	mux.HandleFunc("GET /graph/download/{id}", s.download)
	mux.HandleFunc("/graph/", func(w http.ResponseWriter, r *http.Request) {
		writeError(w, http.StatusBadRequest, graphError{Code: 2500, Message: "Unknown path components: " + r.URL.Path})
	})
}

// authorized reports whether the call carries the token of the number, or of any number if it is empty. The caller holds the lock.
func (s *Simulator) authorized(r *http.Request, number string) bool {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || given == "" {
		return false
	}
	return s.AccountWhere(func(n *Account) bool {
		return (number == "" || n.ID == number) && given == cmp.Or(n.Token, s.options.AccessToken)
	}) != nil
}

// enter applies the fault that waits for a call, and checks the number and the token. It returns false if it answered the call,
// and otherwise the fault that is to answer it after the work is done.
func (s *Simulator) enter(w http.ResponseWriter, r *http.Request, number, on string) (*Fault, bool) {
	f, ok := s.Enter(w, r, on)
	if !ok {
		return nil, false
	}
	s.Lock()
	known, allowed := number == "" || s.Account(number) != nil, s.authorized(r, number)
	s.Unlock()
	if !known {
		writeError(w, http.StatusBadRequest, graphError{Code: 100, Subcode: 33, Message: fmt.Sprintf(
			"Unsupported post request. Object with ID '%s' does not exist, cannot be loaded due to missing permissions, or does not support this operation.", number)})
		return nil, false
	}
	if !allowed {
		writeError(w, http.StatusUnauthorized, graphError{Code: 190, Message: titles[190]})
		return nil, false
	}
	return f, true
}

// struck answers a call with the fault that enter returned, if there is one.
func (s *Simulator) struck(w http.ResponseWriter, r *http.Request, f *Fault) bool {
	if f == nil || f.Do == DoFailLater {
		return false
	}
	s.Strike(w, r, *f)
	return true
}

// sendRequest is the body of POST messages.
type sendRequest struct {
	MessagingProduct string `json:"messaging_product"`
	To               string `json:"to"`
	Recipient        string `json:"recipient"`
	Type             string `json:"type"`
	Status           string `json:"status"`
	MessageID        string `json:"message_id"`
	Callback         string `json:"biz_opaque_callback_data"`
	Context          struct {
		MessageID string `json:"message_id"`
	} `json:"context"`
	Text *struct {
		Body string `json:"body"`
	} `json:"text"`
	Typing struct {
		Type string `json:"type"`
	} `json:"typing_indicator"`
	Image       *sendMedia       `json:"image"`
	Audio       *sendMedia       `json:"audio"`
	Video       *sendMedia       `json:"video"`
	Document    *sendMedia       `json:"document"`
	Sticker     *sendMedia       `json:"sticker"`
	Location    *sendPlace       `json:"location"`
	Contacts    []sendCard       `json:"contacts"`
	Interactive *sendInteractive `json:"interactive"`
	Template    json.RawMessage  `json:"template"`
}

type sendMedia struct {
	ID       string `json:"id"`
	Caption  string `json:"caption"`
	Filename string `json:"filename"`
}

func (r sendRequest) media() *sendMedia {
	return map[string]*sendMedia{"image": r.Image, "audio": r.Audio, "video": r.Video, "document": r.Document, "sticker": r.Sticker}[r.Type]
}

func (s *Simulator) postMessages(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, sim.MaxRequest))
	if err != nil {
		writeError(w, 0, graphError{Code: 100, Message: "(#100) The request is too large"})
		return
	}
	var request sendRequest
	malformed := json.Unmarshal(body, &request)
	number, on := r.PathValue("id"), OnMessages
	if request.Status == Read {
		on = OnMarks
	}
	f, ok := s.enter(w, r, number, on)
	if !ok {
		return
	}
	if malformed != nil || request.MessagingProduct != "whatsapp" {
		writeError(w, 0, graphError{Code: 100, Message: "(#100) The parameter messaging_product is required."})
		return
	}
	if on == OnMarks {
		s.postRead(w, request)
		return
	}
	answer, problem := s.accept(number, request, body, f)
	switch {
	case problem != nil:
		writeError(w, 0, *problem)
	case !s.struck(w, r, f):
		sim.WriteJSON(w, http.StatusOK, answer)
	}
}

// accept takes a message as Meta does: most errors follow in a failed status.
func (s *Simulator) accept(number string, request sendRequest, raw []byte, f *Fault) (object, *graphError) {
	s.Lock()
	defer s.Unlock()
	m, problem := s.compose(number, request)
	if problem != nil {
		return nil, problem
	}
	contact := object{"input": cmp.Or(request.To, request.Recipient)}
	to, code := s.recipient(request)
	switch {
	case f != nil && f.Do == DoFailLater:
		code = f.Code
	case code == 0 && request.Type != "template" && !s.windowOpen(number, to.Phone, m.At):
		code = codeWindowClosed
	}
	m.ID, m.Customer, m.Raw, m.ToUserID = newMessageID(to.Phone), to.Phone, raw, request.To == ""
	if m.ToUserID {
		contact["user_id"] = to.UserID
	} else {
		contact["wa_id"] = to.Phone
	}
	if err := s.Save(sim.Record{Message: m}); err != nil {
		return nil, &graphError{Code: 131000, Message: "(#131000) " + err.Error()}
	}
	if code == 0 {
		s.followUp(m.ID)
	} else if err := s.setStatus(m.ID, Failed, code); err != nil {
		return nil, &graphError{Code: 131000, Message: "(#131000) " + err.Error()}
	}
	return object{
		"messaging_product": "whatsapp", "contacts": []any{contact},
		"messages": []any{object{"id": m.ID, "message_status": "accepted"}},
	}, nil
}

// compose validates a request and makes its message.
func (s *Simulator) compose(number string, request sendRequest) (*Message, *graphError) {
	invalid := func(format string, args ...any) (*Message, *graphError) {
		return nil, &graphError{Code: 100, Message: "(#100) Invalid parameter", Details: fmt.Sprintf(format, args...)}
	}
	m := &Message{
		Account: number, FromBusiness: true, Type: request.Type, ReplyTo: request.Context.MessageID, Callback: request.Callback,
		Status: Accepted, At: s.options.Now().UTC(),
	}
	if request.To == "" && request.Recipient == "" {
		return nil, &graphError{Code: 131008, Message: "(#131008) Required parameter is missing", Details: "to or recipient is required"}
	}
	switch media := request.media(); {
	case request.Type == "text":
		if request.Text == nil || request.Text.Body == "" || utf8.RuneCountInString(request.Text.Body) > 4096 {
			return invalid("text['body'] must have 1 to 4096 characters")
		}
		m.Text = request.Text.Body
	case media != nil:
		file := s.File(media.ID)
		if file == nil || file.Account != number {
			return invalid("%s['id'] is not a valid whatsapp business account media attachment ID", request.Type)
		}
		if utf8.RuneCountInString(media.Caption) > 1024 {
			return invalid("%s['caption'] must have at most 1024 characters", request.Type)
		}
		if media.Caption != "" && (request.Type == "audio" || request.Type == "sticker") {
			return invalid("%s does not accept a caption", request.Type)
		}
		shown := *file
		shown.Name = cmp.Or(media.Filename, file.Name)
		m.File, m.Text = &shown, media.Caption
	default:
		known, problem := s.composeRich(m, number, request)
		if problem != nil {
			return nil, problem
		}
		if !known {
			return invalid("type %q is unknown to this simulator", request.Type)
		}
	}
	return m, nil
}

// recipient finds the customer that a request addresses; "to" has precedence over "recipient". An address that nobody has is
// accepted and never delivered: the code is the error of its failed status.
func (s *Simulator) recipient(request sendRequest) (*Customer, int) {
	if request.To == "" {
		if c := s.CustomerWhere(func(c *Customer) bool { return c.UserID == request.Recipient }); c != nil {
			return c, 0
		}
	} else if !userIDPattern.MatchString(request.To) && sim.Digits(request.To) != "" {
		if c, err := s.customer(request.To); err == nil {
			return c, 0
		}
	}
	nobody, err := s.putCustomer(Customer{Phone: "0", Name: "Nobody", UserID: cmp.Or(request.To, request.Recipient)})
	s.LogFailure(err)
	return nobody, codeUndeliverable
}

// windowOpen reports whether the customer wrote to the number within the last 24 hours.
func (s *Simulator) windowOpen(number, phone string, now time.Time) bool {
	last := s.LastIncoming(number, phone)
	return last != nil && now.Sub(last.At) < window
}

func (s *Simulator) postMedia(w http.ResponseWriter, r *http.Request) {
	number := r.PathValue("id")
	r.Body = http.MaxBytesReader(w, r.Body, sim.MaxUpload+sim.MaxRequest)
	content, header, err := r.FormFile("file")
	if err != nil {
		writeError(w, 0, graphError{Code: 100, Message: "(#100) Param file must be a file"})
		return
	}
	defer func() { _ = content.Close() }() // only read
	bytes, err := io.ReadAll(content)
	if err != nil {
		writeError(w, 0, graphError{Code: 131053, Details: "The upload was interrupted."})
		return
	}
	f, ok := s.enter(w, r, number, OnMedia)
	if !ok {
		return
	}
	kind, _, err := mime.ParseMediaType(header.Header.Get("Content-Type"))
	limit, taken := uploadTypes[kind]
	switch {
	case r.FormValue("messaging_product") != "whatsapp":
		writeError(w, 0, graphError{Code: 100, Message: "(#100) The parameter messaging_product is required."})
		return
	case err != nil || !taken:
		writeError(w, 0, graphError{Code: 100, Message: "(#100) Param file must be a file with one of the supported types", Details: "Received file of type " + kind})
		return
	case int64(len(bytes)) > limit:
		writeError(w, 0, graphError{Code: 131053, Details: "The file is larger than " + strconv.FormatInt(limit, 10) + " bytes."})
		return
	}
	s.Lock()
	file, err := s.keep(number, Upload{Name: header.Filename, Mime: kind, Content: bytes})
	s.Unlock()
	switch {
	case err != nil:
		writeError(w, http.StatusInternalServerError, graphError{Code: 131000, Message: "(#131000) " + err.Error()})
	case !s.struck(w, r, f):
		sim.WriteJSON(w, http.StatusOK, object{"id": file.ID})
	}
}

// getObject returns the media, the number or the business account with this id.
func (s *Simulator) getObject(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.Lock()
	n, file := s.Account(id), s.File(id)
	s.Unlock()
	switch {
	case n != nil:
		if _, ok := s.enter(w, r, id, onNumber); ok {
			sim.WriteJSON(w, http.StatusOK, object{"id": n.ID, "display_phone_number": "+" + n.Display, "verified_name": n.Name, "quality_rating": "GREEN"})
		}
	case file != nil:
		f, ok := s.enter(w, r, file.Account, OnInfo)
		if !ok || s.struck(w, r, f) {
			return
		}
		scheme := "http"
		if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
			scheme = "https"
		}
		address := fmt.Sprintf("%s://%s/graph/download/%s?ext=%s", scheme, r.Host, id, epoch(s.options.Now().Add(urlLifetime)))
		sim.WriteJSON(w, http.StatusOK, object{
			"messaging_product": "whatsapp", "url": address, "mime_type": file.Mime, "sha256": file.SHA256, "file_size": file.Size, "id": id,
		})
	case id == BusinessAccount:
		if _, ok := s.enter(w, r, "", onNumber); ok {
			sim.WriteJSON(w, http.StatusOK, object{"id": id, "name": "Recado"})
		}
	default:
		if _, ok := s.enter(w, r, "", OnInfo); ok {
			writeError(w, 0, graphError{Code: 100, Subcode: 33, Message: fmt.Sprintf("Unsupported get request. Object with ID '%s' does not exist", id)})
		}
	}
}

func (s *Simulator) download(w http.ResponseWriter, r *http.Request) {
	f, ok := s.enter(w, r, "", OnDownload)
	if !ok || s.struck(w, r, f) {
		return
	}
	s.Lock()
	file := s.File(r.PathValue("id"))
	s.Unlock()
	ends, err := strconv.ParseInt(r.URL.Query().Get("ext"), 10, 64)
	if file == nil || err != nil || s.options.Now().Unix() > ends {
		http.Error(w, "URL signature expired", http.StatusNotFound)
		return
	}
	s.ServeFile(w, r, file, file.Mime)
}
