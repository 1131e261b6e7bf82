package telegram

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/recado-chat/recado/infra/local/sim"
)

// object is a JSON object.
type object = map[string]any

// prefix is the path of the Bot API; the provider's is https://api.telegram.org.
const prefix = "/telegram/"

// call is a method call of a bot.
type call struct {
	bot    *sim.Account
	method string
	args   map[string]string // strings as they are, other values as JSON
	files  map[string]sim.Upload
}

// apiError is an answer with "ok": false. See https://core.telegram.org/bots/api#making-requests and #responseparameters.
type apiError struct {
	code        int
	description string
	retryAfter  int // seconds
}

func badRequest(format string, args ...any) *apiError {
	return &apiError{code: http.StatusBadRequest, description: "Bad Request: " + fmt.Sprintf(format, args...)}
}

// done is a result with a description, which only the webhook methods have.
type done struct {
	result      any
	description string
}

// methods are the methods of the Bot API by lower-case name: names are not case-sensitive.
func (s *Simulator) methods() map[string]func(*call) (any, *apiError) {
	return map[string]func(*call) (any, *apiError){
		"getme": s.getMe, "setwebhook": s.setWebhook, "deletewebhook": s.deleteWebhook, "getwebhookinfo": s.getWebhookInfo,
		"sendmessage": s.sendMessage, "sendphoto": s.sendFile, "senddocument": s.sendFile, "sendvideo": s.sendFile,
		"sendaudio": s.sendFile, "sendvoice": s.sendFile, "sendsticker": s.sendFile, "sendlocation": s.sendLocation,
		"sendvenue": s.sendVenue, "sendcontact": s.sendContact, "sendchataction": s.sendChatAction, "getfile": s.getFile,
		"editmessagetext": s.editMessageText, "deletemessage": s.deleteMessage, "setmessagereaction": s.setMessageReaction,
		"answercallbackquery": s.answerCallbackQuery,
	}
}

// The calls that a Fault may be on, beside the names of the methods that send nothing.
const (
	OnSend     = "send"     // every method that sends a message
	OnDownload = "download" // the content of a file
)

func calls() []string {
	return []string{
		OnSend, OnDownload, "getMe", "setWebhook", "deleteWebhook", "getWebhookInfo", "sendChatAction", "getFile", "editMessageText", "deleteMessage",
		"setMessageReaction", "answerCallbackQuery",
	}
}

// callOf is the call of a method for faults.
func callOf(method string) string {
	for _, c := range calls() {
		if strings.EqualFold(c, method) {
			return c
		}
	}
	return OnSend
}

func (s *Simulator) serveAPI(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, prefix)
	if rest, ok := strings.CutPrefix(path, "file/bot"); ok {
		token, file, _ := strings.Cut(rest, "/")
		s.download(w, r, token, file)
		return
	}
	rest, ok := strings.CutPrefix(path, "bot")
	token, method, named := strings.Cut(rest, "/")
	if !ok || !named {
		writeError(w, apiError{code: http.StatusNotFound, description: "Not Found"})
		return
	}
	work := s.methods()[strings.ToLower(method)]
	f, ok := s.Enter(w, r, callOf(method))
	if !ok {
		return
	}
	bot := s.botOf(token)
	switch {
	case bot == nil:
		writeError(w, apiError{code: http.StatusUnauthorized, description: "Unauthorized"})
		return
	case work == nil:
		writeError(w, apiError{code: http.StatusNotFound, description: "Not Found: method not found"})
		return
	}
	c := &call{bot: bot, method: strings.ToLower(method)}
	if problem := c.decode(w, r); problem != nil {
		writeError(w, *problem)
		return
	}
	result, problem := work(c)
	switch {
	case problem != nil:
		writeError(w, *problem)
	case f != nil:
		s.Strike(w, r, *f)
	default:
		answer := object{"ok": true, "result": result}
		if d, ok := result.(done); ok {
			answer = object{"ok": true, "result": d.result, "description": d.description}
		}
		sim.WriteJSON(w, http.StatusOK, answer)
	}
}

func (s *Simulator) botOf(token string) *sim.Account {
	s.Lock()
	defer s.Unlock()
	return s.AccountWhere(func(a *sim.Account) bool { return token != "" && a.Token == token })
}

// decode reads the arguments from the query and the body: a form, multipart/form-data or JSON.
func (c *call) decode(w http.ResponseWriter, r *http.Request) *apiError {
	c.args, c.files = map[string]string{}, map[string]sim.Upload{}
	r.Body = http.MaxBytesReader(w, r.Body, maxFile+sim.MaxRequest)
	c.take(r.URL.Query())
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // without one there are no arguments in the body
	switch kind {
	case "application/json":
		body, err := io.ReadAll(r.Body)
		var fields map[string]json.RawMessage
		if err == nil && len(body) > 0 {
			err = json.Unmarshal(body, &fields)
		}
		if err != nil {
			return badRequest("can't parse JSON object")
		}
		for name, value := range fields {
			var text string
			if json.Unmarshal(value, &text) != nil {
				text = string(value)
			}
			c.args[name] = text
		}
	case "application/x-www-form-urlencoded":
		if err := r.ParseForm(); err != nil {
			return badRequest("can't parse the form")
		}
		c.take(r.PostForm)
	case "multipart/form-data":
		return c.decodeMultipart(r)
	}
	return nil
}

func (c *call) take(values url.Values) {
	for name := range values {
		c.args[name] = values.Get(name)
	}
}

func (c *call) decodeMultipart(r *http.Request) *apiError {
	if err := r.ParseMultipartForm(maxFile); err != nil {
		return &apiError{code: http.StatusRequestEntityTooLarge, description: "Request Entity Too Large"}
	}
	c.take(r.MultipartForm.Value)
	for name, headers := range r.MultipartForm.File {
		header := headers[0]
		content, err := header.Open()
		if err != nil {
			return badRequest("can't read the file %s", name)
		}
		bytes, err := io.ReadAll(content)
		_ = content.Close() // only read
		if err != nil {
			return badRequest("can't read the file %s", name)
		}
		c.files[name] = sim.Upload{Name: header.Filename, Mime: header.Header.Get("Content-Type"), Content: bytes}
	}
	return nil
}

// decodeArg reads an argument that is JSON. A missing one leaves the target as it is.
func (c *call) decodeArg(name string, target any) *apiError {
	if c.args[name] == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(c.args[name]), target); err != nil {
		return badRequest("can't parse %s JSON object", strings.ReplaceAll(name, "_", " "))
	}
	return nil
}

func (c *call) flag(name string) bool {
	return slices.Contains([]string{"true", "True", "1", "yes"}, c.args[name])
}

func writeError(w http.ResponseWriter, e apiError) {
	body := object{"ok": false, "error_code": e.code, "description": e.description}
	if e.retryAfter > 0 {
		body["parameters"] = object{"retry_after": e.retryAfter}
		w.Header().Set("Retry-After", strconv.Itoa(e.retryAfter))
	}
	sim.WriteJSON(w, e.code, body)
}

// descriptions are the usual ones of error codes.
var descriptions = map[int]string{
	http.StatusBadRequest: "Bad Request", http.StatusUnauthorized: "Unauthorized", http.StatusNotFound: "Not Found",
	http.StatusForbidden: blockedByUser, http.StatusInternalServerError: "Internal Server Error", http.StatusBadGateway: "Bad Gateway",
}

const blockedByUser = "Forbidden: bot was blocked by the user"

// writeFault answers with the error of a fault; without a code it is 500.
func writeFault(w http.ResponseWriter, f sim.Fault) {
	e := apiError{code: f.Code, description: f.Message, retryAfter: f.RetryAfter}
	if e.code == 0 {
		e.code = http.StatusInternalServerError
	}
	if e.description == "" {
		e.description = descriptions[e.code]
	}
	if e.code == http.StatusTooManyRequests {
		e.retryAfter = max(e.retryAfter, 1)
		e.description = fmt.Sprintf("Too Many Requests: retry after %d", e.retryAfter)
	}
	writeError(w, e)
}
