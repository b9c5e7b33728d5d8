using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Unicode;

namespace BulkMover.FileFormats.Variants;

/// <summary>JSON texts behind each other in one growing piece of memory. What each value looks like is told at <see cref="Core.Types.VariantText"/>.</summary>
internal sealed class JsonText : IDisposable
{
    private const int FirstBytes = 64 * 1024;

    /// <summary>The longest number: 39 digits, a sign, a point and a zero before it.</summary>
    private const int MaxNumberBytes = 48;

    private static readonly SearchValues<byte> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Select(control => (byte)control), (byte)'"', (byte)'\\']);

    private readonly int maxBytes;
    private byte[] bytes = ArrayPool<byte>.Shared.Rent(FirstBytes);

    /// <param name="maxBytes">Of all texts together; more is an error.</param>
    public JsonText(int maxBytes) => this.maxBytes = maxBytes;

    /// <summary>Bytes so far.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    /// <summary>Takes back what was written behind the first bytes.</summary>
    public void Truncate(int length) => Length = length;

    public void Raw(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Reserve(text.Length));
        Length += text.Length;
    }

    public void Raw(byte character)
    {
        Reserve(1)[0] = character;
        Length++;
    }

    public void Boolean(bool value) => Raw(value ? "true"u8 : "false"u8);

    public void Integer(long value)
    {
        value.TryFormat(Reserve(MaxNumberBytes), out int written, default, CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>The fewest digits from which the same double is read, with a point or an exponent so that it is seen to be one.</summary>
    public void Double(double value)
    {
        if (!double.IsFinite(value))
        {
            Raw(double.IsNaN(value) ? "\"NaN\""u8 : value > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8);
            return;
        }

        Span<byte> target = Reserve(MaxNumberBytes);
        value.TryFormat(target, out int written, default, CultureInfo.InvariantCulture);
        Length += written;
        if (target[..written].IndexOfAny((byte)'.', (byte)'E') < 0)
            Raw(".0"u8);
    }

    /// <summary>All digits of the scale are written, trailing zeros too.</summary>
    public void Decimal(Int128 unscaled, int scale)
    {
        Span<byte> digits = stackalloc byte[MaxNumberBytes];
        unscaled.TryFormat(digits, out int written, default, CultureInfo.InvariantCulture);
        if (unscaled < 0)
            Raw((byte)'-');
        digits = digits[(unscaled < 0 ? 1 : 0)..written];
        int whole = digits.Length - scale;
        Raw(whole > 0 ? digits[..whole] : "0"u8);
        if (scale == 0)
            return;
        Raw((byte)'.');
        if (whole < 0)
        {
            Reserve(-whole)[..-whole].Fill((byte)'0');
            Length -= whole;
        }

        Raw(digits[Math.Max(whole, 0)..]);
    }

    /// <exception cref="VariantException">The bytes are not UTF-8.</exception>
    public void String(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            throw new VariantException("a string is not UTF-8");
        Raw((byte)'"');
        for (int at; (at = utf8.IndexOfAny(Escaped)) >= 0; utf8 = utf8[(at + 1)..])
        {
            Raw(utf8[..at]);
            Escape(utf8[at]);
        }

        Raw(utf8);
        Raw((byte)'"');
    }

    public void Base64String(ReadOnlySpan<byte> value)
    {
        Raw((byte)'"');
        Base64.EncodeToUtf8(value, Reserve(Base64.GetMaxEncodedToUtf8Length(value.Length)), out _, out int written);
        Length += written;
        Raw((byte)'"');
    }

    /// <param name="value">Sixteen bytes, most significant first.</param>
    public void Uuid(ReadOnlySpan<byte> value)
    {
        Raw((byte)'"');
        new Guid(value, bigEndian: true).TryFormat(Reserve(MaxNumberBytes), out int written);
        Length += written;
        Raw((byte)'"');
    }

    /// <summary>A number of at least so many digits, zeros before it; 0 or more.</summary>
    public void Padded(long value, int digits)
    {
        value.TryFormat(Reserve(MaxNumberBytes), out int written, Format(digits), CultureInfo.InvariantCulture);
        Length += written;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(bytes);

    private static ReadOnlySpan<char> Format(int digits) => digits switch
    {
        2 => "D2",
        4 => "D4",
        _ => digits == 6 ? "D6" : "D9",
    };

    private void Escape(byte character)
    {
        byte letter = character switch
        {
            (byte)'"' or (byte)'\\' => character,
            (byte)'\b' => (byte)'b',
            (byte)'\f' => (byte)'f',
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            _ => 0,
        };
        Raw((byte)'\\');
        if (letter != 0)
        {
            Raw(letter);
            return;
        }

        Raw("u00"u8);
        Raw("0123456789abcdef"u8[character >> 4]);
        Raw("0123456789abcdef"u8[character & 0xF]);
    }

    /// <summary>Room for so many bytes behind what is written.</summary>
    private Span<byte> Reserve(int count)
    {
        long needed = (long)Length + count;
        if (needed > bytes.Length)
            Grow(needed);
        return bytes.AsSpan(Length);
    }

    private void Grow(long needed)
    {
        if (needed > maxBytes)
            throw new VariantException($"its text and that of the rows with it have more than {maxBytes:N0} bytes") { IsUnsupported = true };
        byte[] grown = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(needed, 2L * bytes.Length), maxBytes));
        Written.CopyTo(grown);
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = grown;
    }
}
