package cost

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// Use identifies what was used: an item of the price list, by a function.
type Use struct {
	Function string // or what stands outside the functions: "browsers"
	Item     Item
	Detail   string // the table or index, the queue and what was asked of it
}

// Usage is how much of each was used, in the unit of its price.
type Usage map[Use]float64

// Add counts n more.
func (u Usage) Add(function string, item Item, detail string, n float64) {
	u[Use{function, item, detail}] += n
}

// Merge counts all of another usage too.
func (u Usage) Merge(other Usage) {
	for use, n := range other {
		u[use] += n
	}
}

// Since is what was used after an earlier moment.
func (u Usage) Since(before Usage) Usage {
	after := Usage{}
	for use, n := range u {
		if n -= before[use]; n != 0 {
			after[use] = n
		}
	}
	return after
}

// Times is the usage that so many times the same would make.
func (u Usage) Times(factor float64) Usage {
	scaled := Usage{}
	for use, n := range u {
		scaled[use] = n * factor
	}
	return scaled
}

// Of is how much of an item was used by all.
func (u Usage) Of(item Item) (total float64) {
	for use, n := range u {
		if use.Item == item {
			total += n
		}
	}
	return total
}

// Line is one line of a bill.
type Line struct {
	Service  string  `json:"service"`
	Item     Item    `json:"item"`
	Function string  `json:"function,omitempty"`
	Detail   string  `json:"detail,omitempty"`
	Quantity float64 `json:"quantity"`
	Unit     string  `json:"unit"`
	USD      float64 `json:"usd"`
}

// Bill is the price of a usage at list prices.
type Bill struct {
	Lines []Line  `json:"lines"`
	USD   float64 `json:"usd"`
}

func line(function string, item Item, detail string, quantity float64) Line {
	p := price(item)
	return Line{Service: p.Page, Item: item, Function: function, Detail: detail, Quantity: quantity, Unit: p.Unit, USD: quantity / p.Per * p.USD}
}

func billOf(lines []Line) Bill {
	b := Bill{Lines: lines}
	for _, l := range lines {
		b.USD += l.USD
	}
	return b
}

// Bill prices the usage, line by line in the order of the price list.
func (u Usage) Bill() Bill {
	lines := make([]Line, 0, len(u))
	for use, n := range u {
		lines = append(lines, line(use.Function, use.Item, use.Detail, n))
	}
	rank := func(item Item) int { return slices.IndexFunc(Prices, func(p Price) bool { return p.Item == item }) }
	slices.SortFunc(lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(rank(a.Item), rank(b.Item)), cmp.Compare(a.Function, b.Function), cmp.Compare(a.Detail, b.Detail))
	})
	return billOf(lines)
}

// ByItem adds up the lines of each item.
func (b Bill) ByItem() Bill {
	return b.by(func(l Line) Line { return Line{Service: l.Service, Item: l.Item, Unit: l.Unit} })
}

// ByFunction adds up the lines of each function.
func (b Bill) ByFunction() Bill {
	return b.by(func(l Line) Line { return Line{Function: l.Function} })
}

func (b Bill) by(kept func(Line) Line) Bill {
	var lines []Line
	at := map[Line]int{}
	for _, l := range b.Lines {
		key := kept(l)
		i, ok := at[key]
		if !ok {
			i = len(lines)
			at[key], lines = i, append(lines, key)
		}
		if key.Unit != "" {
			lines[i].Quantity += l.Quantity
		}
		lines[i].USD += l.USD
	}
	return billOf(lines)
}

// Print writes the bill as a table.
func (b Bill) Print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, l := range b.Lines {
		quantity := ""
		if l.Unit != "" {
			quantity = fmt.Sprintf("%s %s", number(l.Quantity), l.Unit)
		}
		_, _ = fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\t%8.4f\n", l.Service, l.Item, l.Function, l.Detail, quantity, l.USD)
	}
	_, _ = fmt.Fprintf(table, "  total\t\t\t\t\t%8.4f\n", b.USD)
	// Flush returns the error of any earlier write.
	if err := table.Flush(); err != nil {
		return fmt.Errorf("print the bill: %w", err)
	}
	return nil
}

func number(n float64) string {
	if n >= 100 {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprintf("%.3g", n)
}
