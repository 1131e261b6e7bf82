package whatsapp

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of the API.
const (
	maxRequest = 1 << 20
	maxUpload  = 100 << 20
	urlLives   = 5 * time.Minute
	window     = 24 * time.Hour
)

// uploadTypes are what the media endpoint takes, and how large.
var uploadTypes = map[string]int64{
	"image/jpeg": 5 << 20, "image/png": 5 << 20, "image/webp": 500 << 10,
	"audio/aac": 16 << 20, "audio/amr": 16 << 20, "audio/mpeg": 16 << 20, "audio/mp4": 16 << 20, "audio/ogg": 16 << 20,
	"video/mp4": 16 << 20, "video/3gpp": 16 << 20,
	"text/plain": maxUpload, "application/pdf": maxUpload, "application/msword": maxUpload,
	"application/vnd.ms-excel": maxUpload, "application/vnd.ms-powerpoint": maxUpload,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   maxUpload,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         maxUpload,
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": maxUpload,
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

// bearer says whether the call carries the token for the number; "" = for any number.
func (s *Simulator) bearer(r *http.Request, number string) bool {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || given == "" {
		return false
	}
	for _, n := range s.numbers {
		if (number == "" || n.ID == number) && given == cmp.Or(n.Token, s.options.AccessToken) {
			return true
		}
	}
	return false
}

// enter checks the number and the token of a call, and strikes it with a fault that waits. It answers the fault that is to
// strike at the end, and false when the call has been answered.
func (s *Simulator) enter(w http.ResponseWriter, r *http.Request, number, on string) (*Fault, bool) {
	s.mu.Lock()
	known, allowed := number == "" || s.number(number) != nil, s.bearer(r, number)
	f := s.takeFault(on)
	s.mu.Unlock()
	if f != nil && !f.Accept {
		s.strike(w, r, f)
		return nil, false
	}
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

// sendRequest is what businesses post to messages.
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
	Location    *Place           `json:"location"`
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
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
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
	case f != nil && f.Do != DoFailLater:
		s.strike(w, r, f)
	default:
		writeJSON(w, http.StatusOK, answer)
	}
}

// accept takes a message as Meta does: most of what can still go wrong is told by a status.
func (s *Simulator) accept(number string, request sendRequest, raw []byte, f *Fault) (object, *graphError) {
	s.mu.Lock()
	defer s.mu.Unlock()
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
		code = 131047
	}
	m.ID, m.Customer, m.Raw, m.ToUserID = newMessageID(to.Phone), to.Phone, raw, request.To == ""
	if m.ToUserID {
		contact["user_id"] = to.UserID
	} else {
		contact["wa_id"] = to.Phone
	}
	if err := s.save(record{Message: m}); err != nil {
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

// compose checks a request and makes its message.
func (s *Simulator) compose(number string, request sendRequest) (*Message, *graphError) {
	invalid := func(format string, args ...any) (*Message, *graphError) {
		return nil, &graphError{Code: 100, Message: "(#100) Invalid parameter", Details: fmt.Sprintf(format, args...)}
	}
	m := &Message{
		Number: number, FromBusiness: true, Type: request.Type, ReplyTo: request.Context.MessageID, Callback: request.Callback,
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
		file := s.files[media.ID]
		if file == nil || file.Number != number {
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
			return invalid("type %q is not one that this simulator knows", request.Type)
		}
	}
	return m, nil
}

// recipient finds whom a request means. "to" wins; a user id in it, and a user id that nobody has, are accepted and never
// delivered: the code says with what error.
func (s *Simulator) recipient(request sendRequest) (*Customer, int) {
	nobody := &Customer{Phone: "0", Name: "Nobody", UserID: cmp.Or(request.To, request.Recipient)}
	if request.To != "" {
		if userIDPattern.MatchString(request.To) || digits(request.To) == "" {
			return s.stranger(nobody), 131026
		}
		c, err := s.customer(request.To)
		if err != nil {
			return s.stranger(nobody), 131026
		}
		return c, 0
	}
	if i := slices.IndexFunc(s.customers, func(c *Customer) bool { return c.UserID == request.Recipient }); i >= 0 {
		return s.customers[i], 0
	}
	return s.stranger(nobody), 131026
}

// stranger makes the person known whom nobody reaches, so that the status finds somebody.
func (s *Simulator) stranger(c *Customer) *Customer {
	s.logFailure(s.putCustomer(*c))
	return s.find(c.Phone)
}

// windowOpen says whether the customer wrote to the number within the last 24 hours.
func (s *Simulator) windowOpen(number, phone string, now time.Time) bool {
	for _, m := range slices.Backward(s.messages) {
		if !m.FromBusiness && m.Number == number && m.Customer == phone {
			return now.Sub(m.At) < window
		}
	}
	return false
}

func (s *Simulator) postMedia(w http.ResponseWriter, r *http.Request) {
	number := r.PathValue("id")
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload+maxRequest)
	content, header, err := r.FormFile("file")
	if err != nil {
		writeError(w, 0, graphError{Code: 100, Message: "(#100) Param file must be a file"})
		return
	}
	defer func() { _ = content.Close() }() // only read
	bytes, err := io.ReadAll(content)
	if err != nil {
		writeError(w, 0, graphError{Code: 131053, Details: "The upload broke off."})
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
	s.mu.Lock()
	file, err := s.keep(number, Upload{Name: header.Filename, Mime: kind, Content: bytes})
	s.mu.Unlock()
	switch {
	case err != nil:
		writeError(w, http.StatusInternalServerError, graphError{Code: 131000, Message: "(#131000) " + err.Error()})
	case f != nil:
		s.strike(w, r, f)
	default:
		writeJSON(w, http.StatusOK, object{"id": file.ID})
	}
}

// getObject answers what a media id or a number id stands for.
func (s *Simulator) getObject(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.mu.Lock()
	n, file := s.number(id), s.files[id]
	s.mu.Unlock()
	switch {
	case n != nil:
		if _, ok := s.enter(w, r, id, "number"); ok {
			writeJSON(w, http.StatusOK, object{"id": n.ID, "display_phone_number": "+" + n.Display, "verified_name": n.Name, "quality_rating": "GREEN"})
		}
	case file != nil:
		f, ok := s.enter(w, r, file.Number, OnInfo)
		if !ok {
			return
		}
		if f != nil {
			s.strike(w, r, f)
			return
		}
		scheme := "http"
		if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
			scheme = "https"
		}
		address := fmt.Sprintf("%s://%s/graph/download/%s?ext=%s", scheme, r.Host, id, epoch(s.options.Now().Add(urlLives)))
		writeJSON(w, http.StatusOK, object{
			"messaging_product": "whatsapp", "url": address, "mime_type": file.Mime, "sha256": file.SHA256, "file_size": file.Size, "id": id,
		})
	default:
		if _, ok := s.enter(w, r, "", OnInfo); ok {
			writeError(w, 0, graphError{Code: 100, Subcode: 33, Message: fmt.Sprintf("Unsupported get request. Object with ID '%s' does not exist", id)})
		}
	}
}

func (s *Simulator) download(w http.ResponseWriter, r *http.Request) {
	f, ok := s.enter(w, r, "", OnDownload)
	if !ok {
		return
	}
	if f != nil {
		s.strike(w, r, f)
		return
	}
	s.mu.Lock()
	file := s.files[r.PathValue("id")]
	s.mu.Unlock()
	ends, err := strconv.ParseInt(r.URL.Query().Get("ext"), 10, 64)
	if file == nil || err != nil || s.options.Now().Unix() > ends {
		http.Error(w, "URL signature expired", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", file.Mime)
	http.ServeFile(w, r, s.mediaPath(file.ID))
}
