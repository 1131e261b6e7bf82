package mailbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"strings"
)

const maxMessage = 40 << 20 // SES's limit, which is on the encoded message

// outbound is what SES v2's SendEmail takes, as far as the product uses it.
type outbound struct {
	FromEmailAddress string
	ReplyToAddresses []string
	Destination      struct{ ToAddresses, CcAddresses, BccAddresses []string }
	Content          struct {
		Simple *struct {
			Subject struct{ Data string }
			Body    struct{ Text, Html struct{ Data string } }
			Headers []struct{ Name, Value string }
		}
	}
}

func (b *Box) send(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
		answerFault(w, http.StatusForbidden, "AccessDeniedException", "the request is not signed")
		return
	}
	var in outbound
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 2*maxMessage)).Decode(&in); err != nil {
		answerFault(w, http.StatusBadRequest, "BadRequestException", "the body is not a message: "+err.Error())
		return
	}
	m, err := in.message()
	if err != nil {
		answerFault(w, http.StatusBadRequest, "BadRequestException", err.Error())
		return
	}
	id, err := b.keep(m)
	if err != nil {
		answerFault(w, http.StatusInternalServerError, "InternalServiceErrorException", "the message was not kept")
		return
	}
	answerJSON(w, map[string]string{"MessageId": id})
}

func answerFault(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("X-Amzn-ErrorType", code)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}

func (in outbound) message() (m Message, err error) {
	simple := in.Content.Simple
	if simple == nil {
		return m, errors.New("only content of the kind Simple is supported")
	}
	m = Message{From: in.FromEmailAddress, Subject: simple.Subject.Data, Text: simple.Body.Text.Data, HTML: simple.Body.Html.Data}
	for _, h := range simple.Headers {
		if m.Headers == nil {
			m.Headers = map[string][]string{}
		}
		m.Headers[h.Name] = append(m.Headers[h.Name], h.Value)
	}
	if m.Subject == "" || m.Text == "" && m.HTML == "" {
		return m, errors.New("a message needs a subject and a body")
	}
	if d := in.Destination; len(d.ToAddresses)+len(d.CcAddresses)+len(d.BccAddresses) > 0 {
		m.To, m.Cc, m.Bcc = d.ToAddresses, d.CcAddresses, d.BccAddresses
	}
	if len(in.ReplyToAddresses) > 0 {
		m.ReplyTo = in.ReplyToAddresses
	}
	for _, address := range append(m.recipients(), m.From) {
		if _, err := mail.ParseAddress(address); err != nil {
			return m, fmt.Errorf("the address %q: %w", address, err)
		}
	}
	if len(m.recipients()) == 0 {
		return m, errors.New("the message goes to nobody")
	}
	return m, nil
}

// bare is an address without its display name.
func bare(address string) string {
	parsed, err := mail.ParseAddress(address)
	if err != nil {
		return address
	}
	return parsed.Address
}
