package whatsapp

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// What a Fault does.
const (
	DoError     = "error"      // a Graph error with Code
	DoStatus    = "status"     // the HTTP status alone, as something in between would answer
	DoHang      = "hang"       // no answer until the caller gives up
	DoDrop      = "drop"       // the connection ends without an answer
	DoFailLater = "fail_later" // accepted; a failed status with Code follows
)

// The calls that a Fault may be on.
const (
	OnMessages  = "messages"
	OnMarks     = "marks"     // what was read
	OnTemplates = "templates" // the list of them
	OnMedia     = "media"     // uploads
	OnInfo      = "info"      // the address of a media id
	OnDownload  = "download"  // the file itself
)

// Fault makes the next calls of one kind fail.
type Fault struct {
	Times      int    `json:"times"` // 0 = once
	On         string `json:"on"`    // "" = messages
	Do         string `json:"do"`    // "" = error
	Code       int    `json:"code"`
	Status     int    `json:"status"` // 0 = 400 for errors, 502 for a status alone
	Message    string `json:"message"`
	Details    string `json:"details"`
	Transient  bool   `json:"transient"`
	RetryAfter int    `json:"retryAfter"` // seconds
	Accept     bool   `json:"accept"`     // do what was asked for first: the caller does not hear of it
}

// Fail adds a fault behind those that wait already.
func (s *Simulator) Fail(f Fault) error {
	f.Times = max(f.Times, 1)
	if f.On == "" {
		f.On = OnMessages
	}
	if f.Do == "" {
		f.Do = DoError
	}
	switch f.On {
	case OnMessages, OnMarks, OnTemplates, OnMedia, OnInfo, OnDownload:
	default:
		return fmt.Errorf("there is no call %q to fail", f.On)
	}
	switch f.Do {
	case DoError, DoStatus, DoHang, DoDrop:
	case DoFailLater:
		f.Accept = true
	default:
		return fmt.Errorf("a fault cannot do %q", f.Do)
	}
	if f.Status == 0 {
		f.Status = map[string]int{DoStatus: http.StatusBadGateway}[f.Do]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
	return nil
}

// ClearFaults lets every call succeed again.
func (s *Simulator) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault is the next fault on a call, if one waits. The caller holds the lock.
func (s *Simulator) takeFault(on string) *Fault {
	for i, f := range s.faults {
		if f.On != on {
			continue
		}
		if f.Times--; f.Times == 0 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		taken := *f
		return &taken
	}
	return nil
}

// strike answers a call with the fault.
func (s *Simulator) strike(w http.ResponseWriter, r *http.Request, f *Fault) {
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	switch f.Do {
	case DoHang:
		select {
		case <-r.Context().Done():
		case <-s.context.Done():
		}
		panic(http.ErrAbortHandler)
	case DoDrop:
		panic(http.ErrAbortHandler)
	case DoStatus:
		http.Error(w, "<html><body>"+http.StatusText(f.Status)+"</body></html>", f.Status)
	default:
		writeError(w, f.Status, graphError{Code: f.Code, Message: f.Message, Details: f.Details, Transient: f.Transient})
	}
}

// titles are Meta's words for codes that are met often.
var titles = map[int]string{
	100:    "Invalid parameter",
	190:    "Invalid OAuth access token - Cannot parse access token",
	130429: "Rate limit hit",
	131000: "Something went wrong",
	131026: "Message undeliverable",
	131031: "Business Account locked",
	131047: "Re-engagement message",
	131049: "This message was not delivered to maintain healthy ecosystem engagement.",
	131053: "Media upload error",
	131056: "(Business Account, Consumer Account) pair rate limit hit",
}

var details = map[int]string{
	131026: "Message Undeliverable.",
	131047: "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
}

// errorOf is a failed status's error.
func errorOf(code int) object {
	title := titles[code]
	if title == "" {
		title = "Error " + strconv.Itoa(code)
	}
	e := object{"code": code, "title": title, "message": title, "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"}
	if details[code] != "" {
		e["error_data"] = object{"details": details[code]}
	}
	return e
}

// graphError is a refusal of the Graph API.
type graphError struct {
	Code      int
	Subcode   int
	Message   string
	Details   string
	Transient bool
}

func writeError(w http.ResponseWriter, status int, e graphError) {
	if status == 0 {
		status = http.StatusBadRequest
	}
	if e.Message == "" {
		e.Message = fmt.Sprintf("(#%d) %s", e.Code, titles[e.Code])
	}
	body := object{"message": e.Message, "type": "OAuthException", "code": e.Code, "fbtrace_id": "AzSimulated"}
	if e.Details != "" {
		body["error_data"] = object{"messaging_product": "whatsapp", "details": e.Details}
	}
	if e.Subcode != 0 {
		body["error_subcode"] = e.Subcode
	}
	if e.Transient {
		body["is_transient"] = true
	}
	writeJSON(w, status, object{"error": body})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller may be gone
}
