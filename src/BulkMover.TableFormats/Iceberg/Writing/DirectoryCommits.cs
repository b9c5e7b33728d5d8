using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>
/// A table whose directory tells its versions (Iceberg spec, "File System Tables"): version N + 1 is committed by whoever makes
/// <c>v(N+1).metadata.json</c>, and that is one (invariant 5).
/// </summary>
internal sealed class DirectoryCommits(IWritableStore store, Location root) : ITableCommits
{
    private const string TableMissing = "iceberg.table_missing";

    /// <summary>Names of documents end so, or with one of <see cref="MetadataFileName.Suffixes"/> that says that they are gzipped.</summary>
    private const string Plain = ".metadata.json", Gzipped = ".gz.metadata.json";

    /// <summary>Iceberg docs, "Configuration".</summary>
    private const string CodecProperty = "write.metadata.compression-codec";

    /// <summary>As deep as the parser of metadata goes.</summary>
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 256 };

    private readonly Location directory = root.Combine(MetadataFile.DirectoryName);

    public Location Root => root;

    public IWritableStore Store => store;

    public string NewAddress => TableAddress.Of(root);

    public Guid NewId { get; } = Guid.NewGuid();

    public async Task<TableState?> LoadAsync(CancellationToken cancellationToken)
    {
        MetadataFile? file = await FindAsync(cancellationToken);
        if (file is null)
            return null;
        if (MetadataFileName.Parse(file.Location.Name) is not { IsOfCatalog: false, Version: not null })
        {
            throw new TargetException("iceberg.catalog_table",
                $"'{root}' is a table of a catalog, which alone may change which metadata is current ('{file.Location.Name}' is). Name it by iceberg+rest:, or copy to another directory.");
        }

        ReadOnlyMemory<byte> json = await MetadataBytes.ReadAsync(store, file.Location, cancellationToken);
        TableMetadata metadata = TableMetadataParser.Parse(json, file.Location.ToString());
        return new TableState(JsonNode.Parse(json.Span, nodeOptions: null, Json)!.AsObject(), metadata, file.Location);
    }

    public async Task<CommitResult> CommitAsync(TableState? loaded, JsonArray updates, CancellationToken cancellationToken)
    {
        long version = loaded is null ? 1 : MetadataFileName.Parse(loaded.File.Name)!.Version!.Value + 1;
        string suffix = loaded is null ? Plain : SuffixOf(loaded);
        JsonObject document = loaded is null
            ? UpdatedMetadata.Of(updates)
            : UpdatedMetadata.Of(loaded.Document, $"{loaded.Location}/{MetadataFile.DirectoryName}/{loaded.File.Name}", updates);
        byte[] bytes = Encoding.UTF8.GetBytes(document.ToJsonString(PlainJson.Nodes));
        string number = version.ToString(CultureInfo.InvariantCulture);
        if (!await store.TryPutNewAsync(directory.Combine($"v{number}{suffix}"), suffix == Plain ? bytes : Compress(bytes), cancellationToken))
            return new CommitResult(CommitOutcome.Outdated);
        await WriteHintAsync(number, cancellationToken);
        return new CommitResult(CommitOutcome.Committed);
    }

    /// <summary>
    /// Of two writers one succeeds only if both take the same name: the one that the table's property says, or else that of the document before.
    /// </summary>
    private static string SuffixOf(TableState loaded) => loaded.Metadata.Properties.GetValueOrDefault(CodecProperty)?.ToLowerInvariant() switch
    {
        "gzip" => Gzipped,
        "none" => Plain,
        _ => loaded.File.Name[MetadataFileName.Parse(loaded.File.Name)!.Stem.Length..],
    };

    private async Task<MetadataFile?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await MetadataLocator.FindInAsync(store, root, cancellationToken);
        }
        catch (InvalidInputException error) when (error.Code == TableMissing)
        {
            return null;
        }
    }

    /// <summary>Readers begin to look at the version in the hint and find later ones; the table is committed without it.</summary>
    private async Task WriteHintAsync(string version, CancellationToken cancellationToken)
    {
        try
        {
            await store.PutAsync(directory.Combine("version-hint.text"), Encoding.UTF8.GetBytes(version), cancellationToken);
        }
        catch (BulkMoverException)
        {
            // The next commit writes it.
        }
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(bytes);
        return compressed.ToArray();
    }
}
