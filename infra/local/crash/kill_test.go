package crash

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/stack"
)

const (
	senders    = 8
	perSecond  = 25
	loadLasts  = 10 * time.Second
	kills      = 3
	secret     = "local-app-secret"
	photoEvery = 10 // of a sender's messages, from the first on: the phone must know whom it may be answered
)

// process is the local stack as a program of its own, which is killed and started again.
type process struct {
	binary, dir, port, url string
	command                *exec.Cmd
	tmpfs                  bool
	moved                  atomic.Int64 // nanoseconds by which the stack's clock was moved
}

// start runs it until it says that it is ready.
func (p *process) start(ctx context.Context) error {
	p.command = exec.Command(p.binary)
	p.command.Env = append(os.Environ(), "PORT="+p.port, "DATA_DIR="+p.dir, "CONSOLE_DIR="+p.dir)
	p.command.Stderr = os.Stderr
	if p.tmpfs {
		p.ownDisk()
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := p.command.Start(); err != nil {
		return err
	}
	ready := make(chan error, 2)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.Contains(lines.Text(), "runs at") {
				ready <- nil
				break
			}
		}
		_, _ = io.Copy(io.Discard, out)
		ready <- errors.New("it ended")
	}()
	select {
	case err := <-ready:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	_ = p.command.Wait() // a killed child always reports an error
}

// ask makes one request. Anything but a success is an error.
func (p *process) ask(ctx context.Context, method, path, token string, body any) (int, map[string]any, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, p.url+path, bytes.NewReader(encoded))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return p.do(request)
}

func (p *process) do(request *http.Request) (int, map[string]any, error) {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return response.StatusCode, nil, err
	}
	var answer map[string]any
	if len(content) > 0 && strings.Contains(response.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(content, &answer); err != nil {
			return response.StatusCode, nil, err
		}
	}
	if response.StatusCode >= http.StatusBadRequest {
		return response.StatusCode, answer, fmt.Errorf("%s: %d %.200s", request.URL.Path, response.StatusCode, content)
	}
	return response.StatusCode, answer, nil
}

// Bar 4: the whole stack is killed in the middle of 25 messages a second. What was acknowledged is there, once and in order.
func TestKill_UnderLoad_LosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), patience+time.Minute)
	defer cancel()
	p := newProcess(t, ctx, false)
	token, err := p.signIn(ctx)
	if err != nil {
		t.Fatal(err)
	}

	var group sync.WaitGroup
	var retried atomic.Int64
	loaded, stop := context.WithTimeout(ctx, loadLasts)
	defer stop()
	sent := make([][]string, senders)
	for n := range senders {
		group.Go(func() { sent[n] = p.write(ctx, loaded, t, n, &retried) })
	}
	var replies []string
	group.Go(func() { replies = p.reply(ctx, loaded, t, token) })
	for range kills {
		select {
		case <-loaded.Done():
		case <-time.After(loadLasts / (kills + 1)):
		}
		p.kill()
		if err := p.start(ctx); err != nil {
			t.Fatalf("start again: %v", err)
		}
	}
	group.Wait()

	// What was in flight when a function died waits for its time-out: the clock brings it.
	for range 2 {
		if _, _, err := p.ask(ctx, http.MethodPost, "/local/clock", "", map[string]string{"advance": "7m"}); err != nil {
			t.Fatal(err)
		}
	}
	total := 0
	for _, texts := range sent {
		total += len(texts)
	}
	settled, done := context.WithTimeout(ctx, time.Minute/2)
	defer done()
	if err := again(settled, func() error { return p.check(settled, token, sent, replies) }); err != nil {
		t.Error(err)
	}
	t.Logf("%d messages of %d senders and %d replies were acknowledged, %d webhooks were posted again, %d kills", total, senders, len(replies), retried.Load(), kills)
	if retried.Load() == 0 || len(replies) == 0 {
		t.Error("the kills disturbed nobody")
	}
}

// newProcess starts the stack; with tmpfs its data is on a small file system of its own.
func newProcess(t *testing.T, ctx context.Context, tmpfs bool) *process {
	t.Helper()
	p := &process{binary: filepath.Join(t.TempDir(), "local"), dir: t.TempDir(), tmpfs: tmpfs}
	build := exec.CommandContext(ctx, "go", "build", "-o", p.binary, "github.com/recado-chat/recado/infra/local")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the stack: %v\n%s", err, out)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.url = "http://" + listener.Addr().String()
	p.port = strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := p.start(ctx); err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(p.kill)
	for n := range senders {
		if _, _, err := p.ask(ctx, http.MethodPost, "/local/sim/whatsapp/customers", "", map[string]string{"phone": phone(n), "name": fmt.Sprintf("Sender %d", n)}); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func phone(n int) string { return fmt.Sprintf("5511500%05d", n) }

// write posts a sender's messages one after the other, each until it is answered with 200. Some are photos, which the
// provider's simulator posts again by itself. It answers the texts that were acknowledged.
func (p *process) write(ctx, loaded context.Context, t *testing.T, n int, retried *atomic.Int64) (texts []string) {
	ticker := time.NewTicker(senders * time.Second / perSecond)
	defer ticker.Stop()
	for i := 0; loaded.Err() == nil; i++ {
		text := fmt.Sprintf("sender %d says %04d", n, i)
		post := func() error { return p.webhook(ctx, n, text) }
		if i%photoEvery == 0 {
			post = func() error { return p.photo(ctx, n, text) }
		}
		tries := 0
		if err := again(ctx, func() error { tries++; return post() }); err != nil {
			t.Errorf("post %q: %v", text, err)
			return texts
		}
		retried.Add(int64(tries - 1))
		texts = append(texts, text)
		select {
		case <-ticker.C:
		case <-loaded.Done():
		}
	}
	return texts
}

// webhook posts a text as Meta does.
func (p *process) webhook(ctx context.Context, n int, text string) error {
	body, err := json.Marshal(map[string]any{
		"object": "whatsapp_business_account",
		"entry": []any{map[string]any{"id": "700100200300400", "changes": []any{map[string]any{"field": "messages", "value": map[string]any{
			"messaging_product": "whatsapp",
			"metadata":          map[string]any{"display_phone_number": "5491140001234", "phone_number_id": stack.DemoNumber},
			"contacts":          []any{map[string]any{"profile": map[string]any{"name": fmt.Sprintf("Sender %d", n)}, "wa_id": phone(n)}},
			"messages": []any{map[string]any{
				"from": phone(n), "id": "wamid." + hex.EncodeToString([]byte(text)), "timestamp": strconv.FormatInt(time.Now().Add(time.Duration(p.moved.Load())).Unix(), 10),
				"type": "text", "text": map[string]any{"body": text},
			}},
		}}}}},
	})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/webhooks/whatsapp", bytes.NewReader(body))
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	_, _, err = p.do(request)
	return err
}

// photo sends a picture from the simulated phone, and waits until the phone says that it was taken. A phone that died knows
// what it had said it would send: a picture is sent again only if it does not.
func (p *process) photo(ctx context.Context, n int, text string) error {
	sent, err := p.phone(ctx)
	if err != nil {
		return err
	}
	for _, m := range sent {
		if m.Text == text {
			if m.Status != "delivered" {
				return fmt.Errorf("%q is still on its way", text)
			}
			return nil
		}
	}
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	for name, value := range map[string]string{"account": stack.DemoNumber, "text": text, "type": "image"} {
		if err := writer.WriteField(name, value); err != nil {
			return err
		}
	}
	part, err := writer.CreatePart(map[string][]string{
		"Content-Disposition": {`form-data; name="file"; filename="foto.png"`}, "Content-Type": {"image/png"},
	})
	if err == nil {
		_, err = part.Write(picture())
	}
	if err == nil {
		err = writer.Close()
	}
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/local/sim/whatsapp/customers/"+phone(n)+"/messages", &form)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", writer.FormDataContentType())
	if _, _, err = p.do(request); err != nil {
		return err
	}
	return fmt.Errorf("%q is on its way", text)
}
