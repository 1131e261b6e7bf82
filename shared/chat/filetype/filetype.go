// Package filetype knows the media types of the files that people send: the spellings that browsers and providers have for one type, and
// the extensions of its file names. The table of package mime differs between machines. It imports the standard library.
package filetype

import (
	"path"
	"slices"
	"strings"
)

// Unknown is the type of what nobody recognises. RFC 2046, 4.5.1.
const Unknown = "application/octet-stream"

// kind is one media type.
type kind struct {
	mime       string   // as IANA registers it, where it does
	extensions []string // the usual one first
	spellings  []string // what browsers and providers write in its place
}

const office = "application/vnd.openxmlformats-officedocument."

var kinds = []kind{
	{"image/jpeg", []string{".jpg", ".jpeg", ".jpe", ".jfif"}, []string{"image/jpg", "image/pjpeg", "image/x-jpeg"}},
	{"image/png", []string{".png"}, []string{"image/x-png", "image/apng"}},
	{"image/gif", []string{".gif"}, nil},
	{"image/webp", []string{".webp"}, nil},
	{"image/heic", []string{".heic"}, nil},
	{"image/heif", []string{".heif"}, nil},
	{"image/svg+xml", []string{".svg"}, nil},
	{"image/tiff", []string{".tif", ".tiff"}, nil},
	{"image/bmp", []string{".bmp"}, []string{"image/x-ms-bmp"}},
	{"audio/ogg", []string{".ogg", ".oga", ".opus"}, []string{"audio/opus", "application/ogg", "audio/x-ogg", "audio/vorbis"}},
	{"audio/mpeg", []string{".mp3"}, []string{"audio/mp3", "audio/mpeg3", "audio/x-mpeg", "audio/x-mp3"}},
	{"audio/mp4", []string{".m4a"}, []string{"audio/x-m4a", "audio/m4a", "audio/mp4a-latm", "audio/aacp"}},
	{"audio/aac", []string{".aac"}, []string{"audio/x-aac", "audio/vnd.dlna.adts", "audio/x-hx-aac-adts"}},
	{"audio/amr", []string{".amr"}, []string{"audio/x-amr", "audio/amr-nb"}},
	{"audio/wav", []string{".wav"}, []string{"audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/x-pn-wav"}},
	{"audio/flac", []string{".flac"}, []string{"audio/x-flac"}},
	{"audio/webm", []string{".weba"}, nil},
	{"video/mp4", []string{".mp4", ".m4v"}, []string{"video/x-m4v", "video/x-mp4", "application/mp4"}},
	{"video/3gpp", []string{".3gp", ".3gpp"}, []string{"video/3gp", "audio/3gpp"}},
	{"video/quicktime", []string{".mov", ".qt"}, nil},
	{"video/webm", []string{".webm"}, nil},
	{"video/ogg", []string{".ogv"}, nil},
	{"video/x-matroska", []string{".mkv"}, nil},
	{"video/x-msvideo", []string{".avi"}, []string{"video/avi", "video/msvideo"}},
	{"application/pdf", []string{".pdf"}, []string{"application/x-pdf", "application/acrobat", "text/pdf"}},
	{"text/csv", []string{".csv"}, []string{"text/comma-separated-values", "application/csv", "text/x-csv"}},
	{"text/plain", []string{".txt", ".text", ".log", ".md", ".csv"}, []string{"text/csv"}}, // a table may go as plain text where tables do not
	{"text/html", []string{".html", ".htm"}, nil},
	{"text/calendar", []string{".ics"}, nil},
	{"text/vcard", []string{".vcf"}, []string{"text/x-vcard"}},
	{"application/rtf", []string{".rtf"}, []string{"text/rtf"}},
	{"application/json", []string{".json"}, nil},
	{"application/xml", []string{".xml"}, []string{"text/xml"}},
	{"application/epub+zip", []string{".epub"}, nil},
	{"application/zip", []string{".zip"}, []string{"application/x-zip-compressed", "application/x-zip", "multipart/x-zip"}},
	{"application/vnd.rar", []string{".rar"}, []string{"application/x-rar-compressed", "application/x-rar"}},
	{"application/x-7z-compressed", []string{".7z"}, nil},
	{"application/gzip", []string{".gz"}, []string{"application/x-gzip"}},
	{"application/msword", []string{".doc"}, nil},
	{"application/vnd.ms-excel", []string{".xls"}, nil},
	{"application/vnd.ms-powerpoint", []string{".ppt"}, nil},
	{office + "wordprocessingml.document", []string{".docx"}, nil},
	{office + "spreadsheetml.sheet", []string{".xlsx"}, nil},
	{office + "presentationml.presentation", []string{".pptx"}, nil},
	{"application/vnd.oasis.opendocument.text", []string{".odt"}, nil},
	{"application/vnd.oasis.opendocument.spreadsheet", []string{".ods"}, nil},
	{"application/vnd.oasis.opendocument.presentation", []string{".odp"}, nil},
	{"application/vnd.android.package-archive", []string{".apk"}, nil},
}

// find returns the type that is written so, in lower case and without parameters.
func find(mime string) (kind, bool) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.mime == mime || slices.Contains(k.spellings, mime) })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

// base is a media type in lower case without parameters.
func base(mime string) string {
	mime, _, _ = strings.Cut(mime, ";")
	return strings.ToLower(strings.TrimSpace(mime))
}

// Of is the type of a file, in one spelling and without parameters: the one declared, or when none is (browsers leave the type of what
// they do not know empty) the one of the name's extension. Windows declares tables of plain text as Excel's where Excel is installed.
func Of(declared, name string) string {
	declared = base(declared)
	extension := strings.ToLower(path.Ext(name))
	if declared == "" || declared == Unknown || declared == "application/vnd.ms-excel" && extension == ".csv" {
		i := slices.IndexFunc(kinds, func(k kind) bool { return slices.Contains(k.extensions, extension) })
		if i < 0 {
			return Unknown
		}
		return kinds[i].mime
	}
	if k, ok := find(declared); ok {
		return k.mime
	}
	return declared
}

// Extension is the usual extension of a type, with its dot; "" for one that is not in the table.
func Extension(mime string) string {
	k, ok := find(base(mime))
	if !ok {
		return ""
	}
	return k.extensions[0]
}

// Fits reports whether a file of this type may have the name. Nothing is known of types that are not in the table: no name fits them but
// one without an extension.
func Fits(name, mime string) bool {
	extension := strings.ToLower(path.Ext(name))
	k, ok := find(base(mime))
	return extension == "" && !ok || ok && slices.Contains(k.extensions, extension)
}

// Among is the type as which a file of a type may be sent where these are taken, "" for none.
func Among(mimes []string, mime string) string {
	if slices.Contains(mimes, mime) {
		return mime
	}
	i := slices.IndexFunc(mimes, func(taken string) bool {
		k, _ := find(taken)
		return slices.Contains(k.spellings, mime)
	})
	if i < 0 {
		return ""
	}
	return mimes[i]
}

// Accept lists what a browser's file input needs to offer files of these types, and to recognise them: every spelling and every extension.
// https://html.spec.whatwg.org/#attr-input-accept
func Accept(mimes []string) []string {
	var list []string
	for _, mime := range mimes {
		k, _ := find(mime)
		list = append(list, mime)
		list = append(list, k.spellings...)
		list = append(list, k.extensions...)
	}
	return list
}
