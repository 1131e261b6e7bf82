package mailbox

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
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
		Raw *struct{ Data []byte }
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
	switch {
	case in.Content.Simple != nil:
		simple := in.Content.Simple
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
	case in.Content.Raw != nil:
		if m, err = parseRaw(in.Content.Raw.Data); err != nil {
			return m, fmt.Errorf("the raw message: %w", err)
		}
		if in.FromEmailAddress != "" {
			m.From = in.FromEmailAddress
		}
	default:
		return m, errors.New("the content is neither Simple nor Raw")
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

func parseRaw(data []byte) (Message, error) {
	raw, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		return Message{}, err
	}
	m := Message{
		From:    decodeWords(raw.Header.Get("From")),
		To:      addresses(raw.Header, "To"),
		Cc:      addresses(raw.Header, "Cc"),
		Bcc:     addresses(raw.Header, "Bcc"),
		ReplyTo: addresses(raw.Header, "Reply-To"),
		Subject: decodeWords(raw.Header.Get("Subject")),
		Headers: raw.Header,
	}
	return m, m.addPart(part{
		kind:        raw.Header.Get("Content-Type"),
		encoding:    raw.Header.Get("Content-Transfer-Encoding"),
		disposition: raw.Header.Get("Content-Disposition"),
	}, raw.Body)
}

// part is what the headers of a MIME part tell about its body.
type part struct{ kind, encoding, disposition string }

func (m *Message) addPart(p part, body io.Reader) error {
	kind, parameters, err := mime.ParseMediaType(p.kind)
	if err != nil {
		kind, parameters = "text/plain", nil
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, parameters["boundary"])
		for {
			next, err := parts.NextRawPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("a part of %s: %w", kind, err)
			}
			h := next.Header
			if err := m.addPart(part{h.Get("Content-Type"), h.Get("Content-Transfer-Encoding"), h.Get("Content-Disposition")}, next); err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(p.encoding) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		return fmt.Errorf("a part of type %s: %w", kind, err)
	}
	disposition, named, err := mime.ParseMediaType(p.disposition)
	attached := err == nil && disposition == "attachment"
	switch {
	case kind == "text/plain" && !attached && m.Text == "":
		m.Text = strings.ToValidUTF8(string(content), "\ufffd")
	case kind == "text/html" && !attached && m.HTML == "":
		m.HTML = strings.ToValidUTF8(string(content), "\ufffd")
	default:
		name := named["filename"]
		if name == "" {
			name = parameters["name"]
		}
		m.Attachments = append(m.Attachments, Attachment{Name: decodeWords(name), Type: kind, Size: len(content)})
	}
	return nil
}

func addresses(h mail.Header, name string) []string {
	list, err := h.AddressList(name)
	if err != nil {
		return nil
	}
	var out []string
	for _, a := range list {
		out = append(out, a.String())
	}
	return out
}

// bare is an address without the name of its owner.
func bare(address string) string {
	parsed, err := mail.ParseAddress(address)
	if err != nil {
		return address
	}
	return parsed.Address
}

func decodeWords(s string) string {
	decoded, err := new(mime.WordDecoder).DecodeHeader(s)
	if err != nil {
		return s
	}
	return decoded
}
