package crash

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// item is one item of a table, as plain values.
type item = map[string]any

// scan reads everything that is stored, by table.
func (h *harness) scan(ctx context.Context) (map[string][]item, error) {
	all := map[string][]item{}
	for _, table := range []string{tables.Directory, tables.Desk, tables.Ledger, tables.Live} {
		pages := dynamodb.NewScanPaginator(h.Engine.Client(), &dynamodb.ScanInput{TableName: aws.String(table), ConsistentRead: aws.Bool(true)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, fmt.Errorf("scan %s: %w", table, err)
			}
			for _, raw := range page.Items {
				var plain item
				if err := attributevalue.UnmarshalMap(raw, &plain); err != nil {
					return nil, fmt.Errorf("read an item of %s: %w", table, err)
				}
				all[table] = append(all[table], plain)
			}
		}
	}
	return all, nil
}

// passing are the kinds of Live that come and go with a person at a browser and end by themselves: a request that is made
// again leaves another session, ticket, link or count of tries behind, and the lock of one that died.
var passing = map[string]bool{
	"session": true, "operator_session": true, "ticket": true, "token": true, "answer": true, "hit": true,
}

// field is one that may differ after a disturbance, and why.
type field struct{ kind, name, reason string }

// state is all that a run left behind, in words that are the same for every run that left the same.
func (run *scenarioRun) state(ctx context.Context, all map[string][]item, blind []field) ([]string, error) {
	var lines []string
	for table, items := range all {
		for _, stored := range items {
			kind := fmt.Sprint(stored["kind"])
			if passing[kind] || !run.has(stored) {
				continue
			}
			shown, _ := plain(stored).(map[string]any)
			if sk, _ := shown["sk"].(string); kind == "load" && strings.HasPrefix(sk, "L#-") {
				shown["sk"] = "L#-" // of nobody: the shard follows from a conversation's id
			}
			for _, f := range blind {
				if f.kind == kind {
					delete(shown, f.name)
				}
			}
			encoded, err := json.Marshal(shown)
			if err != nil {
				return nil, err
			}
			lines = append(lines, kind+" in "+table+" "+string(encoded))
		}
	}
	files, err := run.files(ctx, all[tables.Desk])
	if err != nil {
		return nil, err
	}
	lines = append(lines, files...)
	for _, m := range run.received() {
		lines = append(lines, fmt.Sprintf("phone got %s %q from us, now %s", m.Type, m.Text, m.Status))
	}
	for _, to := range []string{run.email(), run.guest()} {
		mails, err := run.mails(to)
		if err != nil {
			return nil, err
		}
		for _, m := range mails {
			lines = append(lines, fmt.Sprintf("mail %q", m.Subject))
		}
	}
	replace := []string{run.tag, "TAG", run.asset(), "ASSET"}
	if site := run.seen["site"]; site != "" {
		replace = append(replace, site, "SITE", "Visitante "+run.seen["called"], "VISITOR")
	}
	for i, line := range lines {
		lines[i] = strings.NewReplacer(replace...).Replace(line)
	}
	return rename(lines), nil
}

// has says whether an item is the run's.
func (run *scenarioRun) has(stored item) bool {
	pk := fmt.Sprint(stored["pk"])
	if run.account.ID != "" && strings.Contains(pk, string(run.account.ID)) {
		return true
	}
	if strings.Contains(pk, run.tag) || strings.Contains(pk, run.asset()) {
		return true
	}
	owner, _ := stored["accountId"].(string)
	return owner != "" && owner == string(run.account.ID)
}

// plain leaves out of a value what no two runs have in common: instants, secrets, and the partition of the due index, which
// follows from an id.
func plain(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, inner := range v {
			if name == "duePk" {
				inner = "due"
			}
			out[name] = plain(inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = plain(inner)
		}
		return out
	case []byte:
		return "bytes"
	case float64:
		if v > 1e9 {
			return "instant"
		}
	case string:
		return messageKey.ReplaceAllString(instant.ReplaceAllString(v, "instant"), "=key")
	}
	return value
}

var (
	instant = regexp.MustCompile(`\b\d{13}\b`)
	// messageKey is the key of a provider's message id, which the receipt has beside its key.
	messageKey = regexp.MustCompile(`=[0-9A-F]{22}\b`)
	// random is what is named anew for each run: ids of ours, of the provider, of requests and connections, and hashes.
	random = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{26}|wamid\.[A-Za-z0-9+/=%]+|~[A-Za-z0-9_-]{43}|[0-9a-f]{64}|[A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{14,15}(?:=|%3D)|"(?:sub|subject)":"[^"]+"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b\d{14,17}\b|[A-Za-z0-9+/]{22}==`)
)

// rename gives every random name one that follows from where it stands: lines are sorted by everything else first.
func rename(lines []string) []string {
	type line struct {
		text, skeleton string
		found          []string
	}
	sorted := make([]line, len(lines))
	for i, text := range lines {
		sorted[i].text = text
		sorted[i].skeleton = random.ReplaceAllStringFunc(text, func(found string) string {
			sorted[i].found = append(sorted[i].found, found)
			return hole
		})
	}
	slices.SortFunc(sorted, func(a, b line) int { return cmp.Or(cmp.Compare(a.skeleton, b.skeleton), cmp.Compare(a.text, b.text)) })
	names := map[string]string{}
	out := make([]string, len(sorted))
	for i, l := range sorted {
		out[i] = l.skeleton
		for _, found := range l.found {
			if names[found] == "" {
				names[found] = fmt.Sprintf("<%d>", len(names)+1)
			}
			out[i] = strings.Replace(out[i], hole, names[found], 1)
		}
	}
	return out
}

// hole replaces a random name.
const hole = "\x00"

// files are the objects of the run's messages, as a browser gets them.
func (run *scenarioRun) files(ctx context.Context, items []item) ([]string, error) {
	var lines []string
	for _, stored := range items {
		attachments, _ := stored["attachments"].([]any)
		if len(attachments) == 0 || !run.has(stored) {
			continue
		}
		conversation := strings.Split(fmt.Sprint(stored["pk"]), "#")[2]
		message := strings.TrimPrefix(fmt.Sprint(stored["sk"]), "M#")
		for _, a := range attachments {
			attachment, _ := a.(map[string]any)
			if attachment["state"] != "ready" {
				continue
			}
			path := fmt.Sprintf("/api/v1/conversations/%s/messages/%s/attachments/%s", conversation, message, url.PathEscape(fmt.Sprint(attachment["id"])))
			sum, err := run.download(ctx, path)
			if err != nil {
				return nil, err
			}
			lines = append(lines, fmt.Sprintf("object %s with digest %.8x", attachment["mime"], sum))
		}
	}
	return lines, nil
}

func (run *scenarioRun) download(ctx context.Context, path string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, run.harness.URL+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+run.token)
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	_ = response.Body.Close()
	if request, err = http.NewRequestWithContext(ctx, http.MethodGet, response.Header.Get("Location"), nil); err != nil {
		return nil, err
	}
	if response, err = http.DefaultClient.Do(request); err != nil {
		return nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("read the object behind %s: %d %s", path, response.StatusCode, content)
	}
	sum := sha256.Sum256(content)
	return sum[:], err
}

// letter is a mail in the mail box.
type letter struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

// mails are what the mail box has for an address, newest first.
func (run *scenarioRun) mails(to string) ([]letter, error) {
	recorder := httptest.NewRecorder()
	run.harness.Mail.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/local/api/mail?to="+url.QueryEscape(to), nil))
	var list struct{ Items []letter }
	if err := json.Unmarshal(recorder.Body.Bytes(), &list); err != nil {
		return nil, fmt.Errorf("read the mail box: %w: %.200s", err, recorder.Body)
	}
	return list.Items, nil
}

// difference is what is in one list of sorted lines and not in the other.
func difference(want, got []string) (missing, extra []string) {
	count := map[string]int{}
	for _, line := range got {
		count[line]++
	}
	for _, line := range want {
		if count[line] == 0 {
			missing = append(missing, line)
			continue
		}
		count[line]--
	}
	for _, line := range got {
		if count[line] > 0 {
			extra = append(extra, line)
			count[line]--
		}
	}
	return missing, extra
}
