package picture

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"runtime"
	"testing"

	"github.com/recado-chat/recado/shared/fault"
)

var (
	red   = color.NRGBA{R: 255, A: 255}
	green = color.NRGBA{G: 255, A: 255}
	blue  = color.NRGBA{B: 255, A: 255}
	white = color.NRGBA{R: 255, G: 255, B: 255, A: 255}
	clear = color.NRGBA{}
)

// quarters is a picture with four colours: top left, top right, bottom left and bottom right.
func quarters(width, height int, colours [4]color.NRGBA) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.SetNRGBA(x, y, colours[2*(2*y/height)+2*x/width])
		}
	}
	return m
}

func encoded(t *testing.T, encode func(io.Writer) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := encode(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asPNG(t *testing.T, m image.Image) []byte {
	t.Helper()
	return encoded(t, func(w io.Writer) error { return png.Encode(w, m) })
}

func asJPEG(t *testing.T, m image.Image) []byte {
	t.Helper()
	return encoded(t, func(w io.Writer) error { return jpeg.Encode(w, m, nil) })
}

// made decodes a small picture and compares its type and size.
func made(t *testing.T, file []byte, mime string, width, height int) image.Image {
	t.Helper()
	content, is, err := Small(file)
	if err != nil {
		t.Fatal(err)
	}
	m, format, err := image.Decode(bytes.NewReader(content))
	if err != nil || is != mime || "image/"+format != mime || m.Bounds() != image.Rect(0, 0, width, height) {
		t.Fatalf("made %s (%s) of %v, %v; want %s of %d × %d", is, format, m, err, mime, width, height)
	}
	return m
}

// wantQuarters compares the middles of the four quarters. JPEG changes colours a little, saturated ones most.
func wantQuarters(t *testing.T, m image.Image, want [4]color.NRGBA) {
	t.Helper()
	size := m.Bounds().Size()
	for i, c := range want {
		got := color.NRGBAModel.Convert(m.At(size.X/4+i%2*size.X/2, size.Y/4+i/2*size.Y/2)).(color.NRGBA)
		for _, d := range []int{int(got.R) - int(c.R), int(got.G) - int(c.G), int(got.B) - int(c.B), int(got.A) - int(c.A)} {
			if d < -24 || d > 24 {
				t.Errorf("quarter %d is %v, want %v", i, got, c)
				break
			}
		}
	}
}

func TestSmall_Formats(t *testing.T) {
	t.Parallel()
	colours := [4]color.NRGBA{red, green, blue, white}
	withHole := [4]color.NRGBA{red, clear, blue, white}
	frames := &gif.GIF{Delay: []int{1, 1}}
	for _, c := range [][4]color.NRGBA{colours, {white, white, white, white}} {
		frame := image.NewPaletted(image.Rect(0, 0, 40, 20), palette.WebSafe)
		from := quarters(40, 20, c)
		for y := range 20 {
			for x := range 40 {
				frame.Set(x, y, from.At(x, y))
			}
		}
		frames.Image = append(frames.Image, frame)
	}
	for name, c := range map[string]struct {
		file          []byte
		mime          string
		width, height int
		want          [4]color.NRGBA
	}{
		"a large JPEG is scaled":                   {asJPEG(t, quarters(2048, 1024, colours)), "image/jpeg", 512, 256, colours},
		"a tall PNG is scaled, and a JPEG":         {asPNG(t, quarters(700, 1400, colours)), "image/jpeg", 256, 512, colours},
		"a small picture is not enlarged":          {asPNG(t, quarters(40, 20, colours)), "image/jpeg", 40, 20, colours},
		"a transparent PNG stays transparent":      {asPNG(t, quarters(1024, 1024, withHole)), "image/png", 512, 512, withHole},
		"of an animated GIF the first frame is it": {encoded(t, func(w io.Writer) error { return gif.EncodeAll(w, frames) }), "image/jpeg", 40, 20, colours},
		"the longest side that is taken":           {asPNG(t, quarters(MaxSide, 20, colours)), "image/jpeg", 512, 1, [4]color.NRGBA{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := made(t, c.file, c.mime, c.width, c.height)
			if c.want != ([4]color.NRGBA{}) {
				wantQuarters(t, m, c.want)
			}
			again, _, err := Small(c.file)
			if first, _, _ := Small(c.file); err != nil || !bytes.Equal(first, again) {
				t.Errorf("the same file gave other bytes: %v", err)
			}
		})
	}
}

// The pictures of one pixel by which pages find out what a browser reads of WebP.
// https://developers.google.com/speed/webp/faq
func TestSmall_WebP_StillOnesDecoded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, mime string }{
		"lossy":            {"UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA", "image/jpeg"},
		"lossless":         {"UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==", "image/png"},
		"lossy with alpha": {"UklGRkoAAABXRUJQVlA4WAoAAAAQAAAAAAAAAAAAQUxQSAwAAAARBxAR/Q9ERP8DAABWUDggGAAAABQBAJ0BKgEAAQAAAP4AAA3AAP7mtQAAAA==", "image/png"},
		"animated":         {"UklGRlIAAABXRUJQVlA4WAoAAAASAAAAAAAAAAAAQU5JTQYAAAD/////AABBTk1GJgAAAAAAAAAAAAAAAAAAAGQAAABWUDhMDQAAAC8AAAAQBxAREYiI/gcA", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := base64.StdEncoding.DecodeString(c.file)
			if err != nil {
				t.Fatal(err)
			}
			if c.mime != "" {
				made(t, file, c.mime, 1, 1)
			} else if _, _, err := Small(file); fault.Reason(err) != Unreadable {
				t.Errorf("refused with %v", err)
			}
		})
	}
}

// exif puts an EXIF block with an orientation in front of a JPEG's own segments.
func exif(file []byte, order binary.AppendByteOrder, orientation uint16) []byte {
	block := []byte("Exif\x00\x00II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		block = []byte("Exif\x00\x00MM\x00*")
	}
	block = order.AppendUint32(block, 8)
	block = order.AppendUint16(block, 2)
	for _, tag := range [][2]uint16{{0x0100, 9}, {0x0112, orientation}} {
		block = order.AppendUint16(block, tag[0])
		block = order.AppendUint16(block, 3)
		block = order.AppendUint32(block, 1)
		block = order.AppendUint16(block, tag[1])
		block = append(block, 0, 0)
	}
	block = order.AppendUint32(block, 0)
	out := append(bytes.Clone(file[:2]), 0xff, 0xff, 0xe1) // with a fill byte
	out = binary.BigEndian.AppendUint16(out, uint16(2+len(block)))
	return append(append(out, block...), file[2:]...)
}

func TestSmall_EXIFOrientation_Upright(t *testing.T) {
	t.Parallel()
	stored := asJPEG(t, quarters(1024, 512, [4]color.NRGBA{red, green, blue, white}))
	for orientation, want := range map[uint16][4]color.NRGBA{
		0: {red, green, blue, white}, // no value that EXIF knows
		1: {red, green, blue, white},
		2: {green, red, white, blue},
		3: {white, blue, green, red},
		4: {blue, white, red, green},
		5: {red, blue, green, white},
		6: {blue, red, white, green},
		7: {white, green, blue, red},
		8: {green, white, red, blue},
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			t.Run(fmt.Sprint(orientation, order), func(t *testing.T) {
				t.Parallel()
				width, height := 512, 256
				if orientation >= 5 {
					width, height = height, width
				}
				file := exif(stored, order, orientation)
				wantQuarters(t, made(t, file, "image/jpeg", width, height), want)
				if content, _, _ := Small(file); bytes.Contains(content, []byte("Exif")) {
					t.Error("the small picture has an EXIF block")
				}
			})
		}
	}
}

// header is a PNG that says its size and ends: a signature and a header of 8-bit RGBA.
func header(width, height uint32) []byte {
	chunk := []byte("IHDR")
	chunk = binary.BigEndian.AppendUint32(chunk, width)
	chunk = binary.BigEndian.AppendUint32(chunk, height)
	chunk = append(chunk, 8, 6, 0, 0, 0)
	file := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\r"), chunk...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(chunk))
}

func TestSmall_Refused(t *testing.T) {
	t.Parallel()
	photo := asJPEG(t, quarters(600, 600, [4]color.NRGBA{red, green, blue, white}))
	drawn := asPNG(t, quarters(600, 600, [4]color.NRGBA{red, green, blue, white}))
	for name, c := range map[string]struct {
		file   []byte
		reason string
	}{
		"a side too long":             {header(MaxSide+1, 1), TooLarge},
		"too many pixels":             {header(MaxPixels/4096+1, 4096), TooLarge},
		"the largest is read":         {header(MaxPixels/4096, 4096), Unreadable},
		"a PNG without pixels":        {header(600, 600), Unreadable},
		"no width":                    {header(0, 600), Unreadable},
		"half a JPEG":                 {photo[:len(photo)/2], Unreadable},
		"half a PNG":                  {drawn[:len(drawn)/2], Unreadable},
		"only the start of a JPEG":    {photo[:20], Unreadable},
		"nothing":                     {nil, Unreadable},
		"a page":                      {[]byte("<!DOCTYPE html><svg/>"), Unreadable},
		"a file that breaks decoders": {[]byte(breaks), Unreadable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content, _, err := Small(c.file)
			if fault.Reason(err) != c.reason || !fault.Is(err, fault.Invalid) || content != nil {
				t.Errorf("made %d bytes, %v; want the reason %s", len(content), err, c.reason)
			}
		})
	}
}

// breaks begins the files of a format whose decoder panics.
const breaks = "\x00breaks"

func init() {
	image.RegisterFormat("breaks", breaks,
		func(io.Reader) (image.Image, error) { panic("index out of range") },
		func(io.Reader) (image.Config, error) { return image.Config{Width: 1, Height: 1}, nil })
}

// A PNG of 30,000 × 30,000 pixels would take 3.6 GB.
func TestSmall_Bomb_RefusedBeforeDecoding(t *testing.T) { //nolint:paralleltest // it measures what the process allocates
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := Small(header(30_000, 30_000))
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; fault.Reason(err) != TooLarge || grown > 1<<20 {
		t.Errorf("%v, after %d bytes were allocated", err, grown)
	}
}

func FuzzSmall(f *testing.F) {
	m := quarters(8, 8, [4]color.NRGBA{red, green, blue, clear})
	var photo, drawn bytes.Buffer
	if err := errors.Join(jpeg.Encode(&photo, m, nil), png.Encode(&drawn, m)); err != nil {
		f.Fatal(err)
	}
	rotated := exif(photo.Bytes(), binary.LittleEndian, 6)
	for _, seed := range [][]byte{photo.Bytes(), drawn.Bytes(), rotated, rotated[:40], header(1, 1)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		_ = orientation(file)
		content, _, err := Small(file)
		if err != nil {
			return
		}
		if config, _, err := image.DecodeConfig(bytes.NewReader(content)); err != nil || max(config.Width, config.Height) > Side {
			t.Errorf("made %+v, %v", config, err)
		}
	})
}
