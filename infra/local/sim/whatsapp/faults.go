package whatsapp

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/recado-chat/recado/infra/local/sim"
)

// The calls that a Fault may be on.
const (
	OnMessages  = "messages"
	OnMarks     = "marks"     // read receipts of the business
	OnTemplates = "templates" // the list of them
	OnMedia     = "media"     // uploads
	OnInfo      = "info"      // the address of a media id
	OnDownload  = "download"  // the file itself

	onNumber = "number" // no fault
)

// Codes that the simulator itself answers with.
const (
	codeUndeliverable = 131026
	codeWindowClosed  = 131047
)

func writeFault(w http.ResponseWriter, f Fault) {
	writeError(w, f.Status, graphError{Code: f.Code, Message: f.Message, Details: f.Details, Transient: f.Transient})
}

// titles are Meta's texts for frequent codes.
var titles = map[int]string{
	100:               "Invalid parameter",
	190:               "Invalid OAuth access token - Cannot parse access token",
	130429:            "Rate limit hit",
	131000:            "Something went wrong",
	codeUndeliverable: "Message undeliverable",
	131031:            "Business Account locked",
	codeWindowClosed:  "Re-engagement message",
	131049:            "This message was not delivered to maintain healthy ecosystem engagement.",
	131053:            "Media upload error",
	131056:            "(Business Account, Consumer Account) pair rate limit hit",
}

var details = map[int]string{
	codeUndeliverable: "Message Undeliverable.",
	codeWindowClosed:  "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
}

// errorOf is the error of a failed status.
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

// graphError is an error of the Graph API.
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
	sim.WriteJSON(w, status, object{"error": body})
}
