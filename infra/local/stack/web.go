package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/infra/local/gateway"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/httpapi/rest"
)

// serveAWS opens the endpoints that functions call, before any function is built: some read a parameter then.
func (s *Stack) serveAWS(context.Context) (err error) {
	socketFunction := ""
	for _, f := range topology.Functions {
		if f.Socket {
			socketFunction = f.Name
		}
	}
	if s.Socket, err = gateway.NewSocket(gateway.SocketOptions{
		Connect: socketFunction, Default: socketFunction, Disconnect: socketFunction, Invoke: s.meter.Socket(s.request), Now: s.Clock.Now, Log: s.log,
	}); err != nil {
		return fmt.Errorf("open the WebSocket gateway: %w", err)
	}
	s.services = s.awsHandler()
	s.serveOn(s.aws, s.services)
	s.serveOn(s.storage, s.meter.Objects(s.objects))
	return nil
}

// servePublic opens the public side, when every function can answer.
func (s *Stack) servePublic(context.Context) error {
	var routes []gateway.Route
	for _, route := range topology.Routes {
		routes = append(routes, gateway.Route{Method: route.Method, Path: route.Path, Function: route.Function})
	}
	http1, err := gateway.NewHTTP(gateway.HTTPOptions{Routes: routes, Invoke: s.meter.HTTP(s.request), Busy: errThrottled, Now: s.Clock.Now, Log: s.log})
	if err != nil {
		return fmt.Errorf("open the HTTP gateway: %w", err)
	}
	s.serveOn(s.public, s.publicHandler(paced(func() int { return s.Queues.Waiting(string(events.ToIngest)) }, http1)))
	s.onStop(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = s.Socket.Close(ctx)
	})
	return nil
}

// publicHandler serves what CloudFront serves on AWS: one origin for the API, the webhooks, the socket and the console; and
// beside them the pages of the local stack itself.
func (s *Stack) publicHandler(http1 http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, prefix := range []string{"/webhooks/", "/api/", "/widget/v1/"} {
		mux.Handle(prefix, http1)
	}
	mux.Handle(rest.HealthPath, s.health(http1))
	mux.Handle("/socket", s.Socket)
	for _, simulator := range s.simulators {
		handler := simulator.Handler()
		for _, prefix := range simulator.Routes() {
			mux.Handle(prefix, handler)
		}
	}
	for _, prefix := range []string{"/local/mail", "/local/mail/", "/local/api/mail", "/local/api/mail/"} {
		mux.Handle(prefix, s.Mail)
	}
	mux.HandleFunc("GET /local/cost", s.showCost)
	mux.HandleFunc("GET /local/clock", s.showClock)
	mux.HandleFunc("POST /local/clock", s.moveClock)
	mux.HandleFunc("GET /local/load", s.showLoad)
	mux.HandleFunc("POST /local/redrive", s.redrive)
	mux.HandleFunc("POST /local/database/stop", s.stopDatabase)
	mux.HandleFunc("POST /local/sockets/cut", s.cutSockets)
	mux.HandleFunc("GET /local/{$}", s.index)
	mux.HandleFunc("GET /local/shop/{page...}", s.showShop)
	mux.Handle("GET /local/shop/shop.css", http.StripPrefix("/local/", http.FileServerFS(shopFiles)))
	mux.Handle("/widget/", s.meter.Console(http.StripPrefix("/widget", s.widget())))
	mux.Handle("GET /local/page.css", pageFile("page.css"))
	mux.Handle("GET /local/page.js", pageFile("page.js"))
	mux.Handle("/", s.meter.Console(s.console()))
	return mux
}

// contentSecurity is the console's policy: no script but its own files, and no socket but its own. Styles are set inline by the component
// library. %[1]s is the origin of the messages' files, %[2]s that of the socket, which may have another name than the page.
const contentSecurity = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: %[1]s; media-src 'self' blob: %[1]s; " +
	"connect-src 'self' %[2]s %[1]s; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// console serves the built files; a path that is none of them is one of the console's pages.
func (s *Stack) console() http.Handler {
	policy := fmt.Sprintf(contentSecurity, "http://"+s.storage.Addr().String(), "ws"+strings.TrimPrefix(s.URL, "http"))
	files := http.FileServerFS(os.DirFS(s.options.Console))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.options.Console == "" {
			http.Error(w, "the console is not built: make run builds it", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "same-origin")
		name := filepath.Join(s.options.Console, filepath.FromSlash(strings.TrimPrefix(filepath.ToSlash(filepath.Clean("/"+r.URL.Path)), "/")))
		if info, err := os.Stat(name); err != nil || info.IsDir() {
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeFile(w, r, filepath.Join(s.options.Console, "index.html"))
			return
		}
		if strings.HasPrefix(r.URL.Path, "/assets/") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		files.ServeHTTP(w, r)
	})
}

// widgetKept is how long a browser may keep the widget's files: they have one name for all versions.
const widgetKept = "public, max-age=300"

// widget serves the files that pages of sites and the chat's own document load: pages of any origin, isolated ones too.
func (s *Stack) widget() http.Handler {
	files := http.FileServerFS(os.DirFS(s.options.Widget))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.options.Widget == "" {
			http.Error(w, "the widget is not built: make run builds it", http.StatusNotFound)
			return
		}
		w.Header().Set("Cache-Control", widgetKept)
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		files.ServeHTTP(w, r)
	})
}

type clockAnswer struct {
	Now time.Time `json:"now"`
}

func (s *Stack) showClock(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, clockAnswer{Now: s.Clock.Now()})
}

// moveClock takes {"advance":"15m"}: a duration as Go writes it, forward only.
func (s *Stack) moveClock(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Advance string `json:"advance"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&body)
	if err != nil {
		http.Error(w, `the body is {"advance":"15m"}`, http.StatusBadRequest)
		return
	}
	d, err := time.ParseDuration(body.Advance)
	if err != nil || d < 0 {
		http.Error(w, `advance is a duration such as "15m", not negative`, http.StatusBadRequest)
		return
	}
	if err := s.Advance(r.Context(), d); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeJSON(w, http.StatusOK, clockAnswer{Now: s.Clock.Now()})
}

// cutSockets takes {"n":1,"silent":false}, breaks so many of the browsers' sockets at random and answers how many it broke; a
// negative n breaks all, and silent skips $disconnect.
func (s *Stack) cutSockets(w http.ResponseWriter, r *http.Request) {
	var body struct {
		N      int  `json:"n"`
		Silent bool `json:"silent"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&body); err != nil {
		http.Error(w, `the body is {"n":1,"silent":false}`, http.StatusBadRequest)
		return
	}
	writeJSON(w, http.StatusOK, map[string]int{"cut": s.Socket.Cut(body.N, body.Silent)})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
