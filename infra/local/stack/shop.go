package stack

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

//go:embed shop
var shopFiles embed.FS

var shopPage = template.Must(template.ParseFS(shopFiles, "shop/page.html"))

// Shops are the sites of the demonstration account, each a business of its own at a name that leads to this machine: pages of another
// site than the console's, as a customer's are.
var Shops = []Shop{
	{Name: "Tienda Demo", Host: "localhost", Greeting: "¡Hola! ¿En qué te ayudamos?", Color: "#7a4b1f"},
	{Name: "Outlet Demo", Host: "outlet.localhost", Greeting: "Hola, somos el outlet. ¿Qué buscás?", Color: "#0b7285"},
}

// Shop is one of them. Code is the site's, once the demonstration account has it.
type Shop struct {
	Name     string
	Host     string
	Greeting string
	Color    string
	Code     string
}

// ShopURL is where a shop is found.
func (s *Stack) ShopURL(shop Shop) string {
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(s.URL, "http://")) // an address that we listen on
	return "http://" + net.JoinHostPort(shop.Host, port) + "/local/shop/"
}

// site is a channel as the API shows it.
type site struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	ExternalID string         `json:"externalId"`
	Settings   map[string]any `json:"settings"`
	Version    int            `json:"version"`
}

// connectShops makes the sites of the shops, or lets those of an earlier run be shown at this run's address.
func (s *Stack) connectShops(client *seeder) {
	var channels struct {
		Items []site `json:"items"`
	}
	client.call(http.MethodGet, "/api/v1/channels", nil, &channels)
	for _, shop := range Shops {
		origin := strings.TrimSuffix(s.ShopURL(shop), "/local/shop/")
		i := slices.IndexFunc(channels.Items, func(c site) bool { return c.Type == "webchat" && c.Name == shop.Name })
		var made site
		if i < 0 {
			made = connectShop(client, shop, origin)
		} else {
			made = channels.Items[i]
			if origins, _ := made.Settings["origins"].([]any); !slices.Contains(origins, any(origin)) {
				made.Settings["origins"] = []string{origin}
				client.call(http.MethodPatch, "/api/v1/channels/"+made.ID, map[string]any{"settings": made.Settings, "version": made.Version}, nil)
			}
		}
		shop.Code = made.ExternalID
		s.shops = append(s.shops, shop)
	}
}

// connectShop gives a shop its business, but the first, whose is the account's own, and its site.
func connectShop(client *seeder, shop Shop, origin string) (made site) {
	body := map[string]any{
		"type": "webchat", "name": shop.Name,
		"settings": map[string]any{"origins": []string{origin}, "title": shop.Name, "greeting": shop.Greeting, "color": shop.Color},
	}
	if shop.Name != Shops[0].Name {
		var business struct {
			ID string `json:"id"`
		}
		client.call(http.MethodPost, "/api/v1/stores", map[string]any{"name": shop.Name}, &business)
		body["storeId"] = business.ID
	}
	client.call(http.MethodPost, "/api/v1/channels", body, &made)
	return made
}

// shopOf returns the shop with a host name.
func (s *Stack) shopOf(host string) (Shop, bool) {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	i := slices.IndexFunc(s.shops, func(shop Shop) bool { return shop.Host == name })
	if i < 0 {
		return Shop{}, false
	}
	return s.shops[i], true
}

type good struct{ Picture, Name, Price string }

var goods = []good{{"🧉", "Mate de calabaza", "$ 18.500"}, {"☕", "Moka italiana", "$ 42.000"}, {"🧣", "Bufanda de alpaca", "$ 31.900"}, {"👜", "Bolso de cuero", "$ 96.000"}}

// showShop answers a page of a shop. Of its query, site puts another site's code on the page, twice puts the code on it twice, and bare
// leaves it out.
func (s *Stack) showShop(w http.ResponseWriter, r *http.Request) {
	shop, known := s.shopOf(r.Host)
	if !known {
		s.listShops(w, r)
		return
	}
	page := struct {
		Title, Shop, Recado, Query string
		Paragraphs                 []string
		Goods                      []good
		Codes                      []string
	}{Shop: shop.Name, Recado: s.URL, Query: queryOf(r.URL), Codes: []string{shop.Code}}
	switch r.PathValue("page") {
	case "":
		page.Title, page.Goods = "Bienvenidos", goods[:2]
		page.Paragraphs = []string{"Cosas lindas para la casa, hechas cerca. El chat está abajo: escribinos."}
	case "products":
		page.Title, page.Goods = "Catálogo", goods
	case "shipping":
		page.Title = "Envíos"
		page.Paragraphs = []string{"A todo el país en dos a cinco días.", "Retiro sin cargo en el local."}
	case "contact":
		page.Title = "Contacto"
		page.Paragraphs = []string{"Lunes a viernes de 9 a 18. Por el chat, cuando quieras."}
	default:
		http.NotFound(w, r)
		return
	}
	query := r.URL.Query()
	if code := query.Get("site"); code != "" {
		page.Codes = []string{code}
	}
	if query.Has("twice") {
		page.Codes = append(page.Codes, page.Codes...)
	}
	if query.Has("bare") {
		page.Codes = nil
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	if err := shopPage.Execute(w, page); err != nil {
		s.log.ErrorContext(context.WithoutCancel(r.Context()), "a page of the shop", "error", err)
	}
}

func queryOf(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	return "?" + u.RawQuery
}

// listShops leads from an address that is no shop's to those that are.
func (s *Stack) listShops(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	for _, shop := range s.shops {
		if _, err := fmt.Fprintf(w, "<p><a href=%q>%s</a></p>\n", s.ShopURL(shop), template.HTMLEscapeString(shop.Name)); err != nil {
			return
		}
	}
}
